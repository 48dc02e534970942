import CLibZ

/// Owns one `z_stream` and the buffer its output passes through.
///
/// zlib keeps a pointer back to the structure, so it lives at one address from start to end.
final class CompressionStream {
    /// Bytes of output produced between two looks at the limits.
    static let bufferCapacity = 64 * 1024

    /// Bytes of input given to zlib at once, whose own counter has 32 bits.
    static let largestPiece = 1 << 30

    /// The largest window (15), plus 16 for "gzip and nothing else".
    static let gzipWindowBits: Int32 = 15 + 16

    /// zlib's default trade between memory and speed.
    static let memoryLevel: Int32 = 8

    let pointer: UnsafeMutablePointer<z_stream>
    let buffer: UnsafeMutablePointer<UInt8>
    private let end: (UnsafeMutablePointer<z_stream>) -> Void

    /// Starts a stream with `start`, and later releases what zlib took with `end`.
    init(
        start: (UnsafeMutablePointer<z_stream>) -> Int32,
        end: @escaping (UnsafeMutablePointer<z_stream>) -> Void
    ) throws(GzipError) {
        pointer = .allocate(capacity: 1)
        pointer.initialize(to: z_stream())
        buffer = .allocate(capacity: Self.bufferCapacity)
        self.end = end
        guard start(pointer) == Z_OK else {
            throw GzipError(kind: .outOfMemory, message: "zlib could not start")
        }
    }

    deinit {
        // Harmless on a stream that did not start: zlib sees that it has no state.
        end(pointer)
        buffer.deallocate()
        pointer.deinitialize(count: 1)
        pointer.deallocate()
    }

    /// zlib's own words for the latest failure.
    var message: String {
        pointer.pointee.msg.map { String(cString: $0) } ?? "no detail"
    }

    /// The bytes of input that zlib has not used yet.
    var remainingInput: Int {
        Int(pointer.pointee.avail_in)
    }

    /// The first byte of input that zlib has not used yet.
    var nextByte: UInt8? {
        remainingInput > 0 ? pointer.pointee.next_in?.pointee : nil
    }

    /// Makes `piece` the next input; it has to stay in place until it is used up.
    func setInput(_ piece: UnsafeRawBufferPointer) {
        let bytes = piece.bindMemory(to: UInt8.self)
        pointer.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
        pointer.pointee.avail_in = UInt32(bytes.count)
    }

    /// Runs one `step` of zlib into the empty buffer, and tells what it returned and how much it produced.
    func fill(_ step: (UnsafeMutablePointer<z_stream>) -> Int32) -> (result: Int32, produced: Int) {
        pointer.pointee.next_out = buffer
        pointer.pointee.avail_out = UInt32(Self.bufferCapacity)
        let result = step(pointer)
        return (result, Self.bufferCapacity - Int(pointer.pointee.avail_out))
    }

    /// Calls `use` with consecutive pieces of `bytes`, each small enough for zlib.
    static func forEachPiece(
        of bytes: UnsafeRawBufferPointer,
        use: (UnsafeRawBufferPointer) throws(GzipError) -> Void
    ) throws(GzipError) {
        var start = 0
        while start < bytes.count {
            let end = min(start + largestPiece, bytes.count)
            try use(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
            start = end
        }
    }
}
