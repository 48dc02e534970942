import CLibZ

/// Decompresses a gzip stream of one or more members, within limits.
///
/// A gzip bomb is refused while it unpacks: the limits are looked at after every 64 KiB of output, before that output is
/// handed over. After an error the inflater is of no further use.
package final class GzipInflater {
    /// How much one stream may unpack to.
    package struct Limits: Sendable, Equatable {
        /// The ratio that text and JSON stay far below, and that a bomb (about 1,000) passes at once.
        package static let defaultRatio = 200

        /// Output that is free of the ratio, as short input of much repetition is no danger.
        package static let outputBeforeRatio = 1 << 20

        /// The bytes of output in all.
        package var maximumOutput: Int

        /// The bytes of output per byte of input, once the output has passed `outputBeforeRatio`.
        package var maximumRatio: Int

        /// Limits of `maximumOutput` bytes in all, and `maximumRatio` bytes per byte of input.
        package init(maximumOutput: Int, maximumRatio: Int = Limits.defaultRatio) {
            self.maximumOutput = maximumOutput
            self.maximumRatio = maximumRatio
        }
    }

    private enum Position {
        case beforeFirstMember
        case insideMember
        case afterMember
    }

    private static let firstMagicByte: UInt8 = 0x1f

    private let stream: CompressionStream
    private let limits: Limits
    private var position = Position.beforeFirstMember
    private var consumed = 0
    private var produced = 0

    /// Starts a stream; fails only for want of memory.
    package init(limits: Limits) throws(GzipError) {
        self.limits = limits
        stream = try CompressionStream(
            start: {
                inflateInit2_(
                    $0,
                    CompressionStream.gzipWindowBits,
                    ZLIB_VERSION,
                    Int32(MemoryLayout<z_stream>.size)
                )
            },
            end: { inflateEnd($0) }
        )
    }

    /// Starts a stream that may unpack to `maximumOutput` bytes, at most `maximumRatio` times its size.
    package convenience init(
        maximumOutput: Int,
        maximumRatio: Int = Limits.defaultRatio
    ) throws(GzipError) {
        try self.init(limits: Limits(maximumOutput: maximumOutput, maximumRatio: maximumRatio))
    }

    /// Takes `bytes` in, and appends to `output` what they unpack to.
    ///
    /// Throws `GzipError` of kind `corrupt` or `tooLarge`; `output` then holds what was good so far.
    package func append(_ bytes: UnsafeRawBufferPointer, into output: inout [UInt8]) throws(GzipError) {
        try CompressionStream.forEachPiece(of: bytes) { piece throws(GzipError) in
            stream.setInput(piece)
            try inflatePiece(into: &output)
        }
    }

    /// Says that the input is over; throws `GzipError` of kind `truncated` if its last member is not.
    package func finish() throws(GzipError) {
        guard position == .afterMember else {
            throw GzipError(kind: .truncated, message: "\(consumed) bytes arrived, and more are due")
        }
    }

    private func inflatePiece(into output: inout [UInt8]) throws(GzipError) {
        while true {
            if position != .insideMember {
                guard stream.remainingInput > 0 else { return }
                try startMember()
            }
            let before = stream.remainingInput
            let (result, count) = stream.fill { inflate($0, Z_NO_FLUSH) }
            consumed += before - stream.remainingInput
            try checkLimits(adding: count)
            // What a damaged member unpacked to before the damage was seen is not handed over.
            switch result {
            case Z_STREAM_END: position = .afterMember
            case Z_OK, Z_BUF_ERROR: break
            case Z_MEM_ERROR: throw GzipError(kind: .outOfMemory, message: "zlib could not go on")
            default: throw GzipError(kind: .corrupt, message: "\(stream.message), near byte \(consumed)")
            }
            output.append(contentsOf: UnsafeBufferPointer(start: stream.buffer, count: count))
            let isStarved = stream.remainingInput == 0 && count < CompressionStream.bufferCapacity
            if isStarved { return }
        }
    }

    /// Whatever stands at the start or follows a member has to be a member.
    private func startMember() throws(GzipError) {
        // zlib says nothing about a single byte, which may be all there is.
        guard stream.nextByte == Self.firstMagicByte else {
            throw GzipError(kind: .corrupt, message: "no gzip header at byte \(consumed)")
        }
        if position == .afterMember { inflateReset(stream.pointer) }
        position = .insideMember
    }

    private func checkLimits(adding count: Int) throws(GzipError) {
        produced += count
        guard produced <= limits.maximumOutput else {
            throw GzipError(kind: .tooLarge, message: "more than \(limits.maximumOutput) bytes unpacked")
        }
        guard produced > Limits.outputBeforeRatio else { return }
        guard (produced - 1) / max(consumed, 1) < limits.maximumRatio else {
            throw GzipError(kind: .tooLarge, message: "more than \(limits.maximumRatio) times its packed size")
        }
    }
}
