import CLibZ

/// Compresses a stream of bytes into one gzip member.
///
/// It holds about 320 KiB whatever the length of the stream, and serves one stream only.
package final class GzipDeflater {
    /// The fastest level: most of the gain, a fraction of the time of the others.
    package static let fastestLevel = 1

    private let stream: CompressionStream
    private var isFinished = false

    /// Starts a stream at `level`, from 1 for the fastest to 9 for the smallest; fails only for want of memory.
    package init(level: Int = GzipDeflater.fastestLevel) throws(GzipError) {
        precondition((1...9).contains(level), "a gzip level is 1 to 9")
        stream = try CompressionStream(
            start: {
                deflateInit2_(
                    $0,
                    Int32(level),
                    Z_DEFLATED,
                    CompressionStream.gzipWindowBits,
                    CompressionStream.memoryLevel,
                    Z_DEFAULT_STRATEGY,
                    ZLIB_VERSION,
                    Int32(MemoryLayout<z_stream>.size)
                )
            },
            end: { deflateEnd($0) }
        )
    }

    /// Takes `bytes` in, and appends to `output` what is ready; that may be nothing yet.
    package func append(_ bytes: UnsafeRawBufferPointer, into output: inout [UInt8]) throws(GzipError) {
        precondition(!isFinished, "the gzip stream is finished")
        try CompressionStream.forEachPiece(of: bytes) { piece throws(GzipError) in
            stream.setInput(piece)
            try deflate(Z_NO_FLUSH, into: &output)
        }
    }

    /// Appends the rest of the stream and its checksum to `output`; nothing may follow.
    package func finish(into output: inout [UInt8]) throws(GzipError) {
        precondition(!isFinished, "the gzip stream is finished")
        isFinished = true
        stream.setInput(UnsafeRawBufferPointer(start: nil, count: 0))
        try deflate(Z_FINISH, into: &output)
    }

    private func deflate(_ flush: Int32, into output: inout [UInt8]) throws(GzipError) {
        while true {
            let (result, produced) = stream.fill { CLibZ.deflate($0, flush) }
            output.append(contentsOf: UnsafeBufferPointer(start: stream.buffer, count: produced))
            if result == Z_STREAM_END { return }
            // A buffer error only says that there was nothing to do.
            guard result == Z_OK || result == Z_BUF_ERROR else {
                throw GzipError(kind: .corrupt, message: "zlib result \(result): \(stream.message)")
            }
            if flush == Z_NO_FLUSH, produced < CompressionStream.bufferCapacity { return }
        }
    }
}
