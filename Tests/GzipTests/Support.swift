import Gzip
import Testing

/// `bytes` as one gzip member, fed in pieces of `pieceLength`.
func compress(_ bytes: [UInt8], level: Int = GzipDeflater.fastestLevel, pieceLength: Int = 1000) throws -> [UInt8] {
    let deflater = try GzipDeflater(level: level)
    var output: [UInt8] = []
    try forEachPiece(of: bytes, length: pieceLength) { try deflater.append($0, into: &output) }
    try deflater.finish(into: &output)
    return output
}

/// What `bytes` unpack to, fed in pieces of `pieceLength`.
func decompress(
    _ bytes: [UInt8],
    limits: GzipInflater.Limits = GzipInflater.Limits(maximumOutput: 100 << 20),
    pieceLength: Int = 1000
) throws -> [UInt8] {
    let inflater = try GzipInflater(limits: limits)
    var output: [UInt8] = []
    try forEachPiece(of: bytes, length: pieceLength) { try inflater.append($0, into: &output) }
    try inflater.finish()
    return output
}

/// The kind of the error that unpacking `bytes` ends with; nil if there is none.
func failure(
    of bytes: [UInt8],
    limits: GzipInflater.Limits = GzipInflater.Limits(maximumOutput: 100 << 20),
    pieceLength: Int = 1000
) throws -> GzipError.Kind? {
    do {
        _ = try decompress(bytes, limits: limits, pieceLength: pieceLength)
        return nil
    } catch let error as GzipError {
        return error.kind
    }
}

/// Lines that compress about as well as what is sent in earnest.
func sampleText(lineCount: Int) -> [UInt8] {
    (0..<lineCount).flatMap { Array("{\"id\":\"pattern-\($0)\",\"value\":\($0 &* 2_654_435_761 % 1_000_003)}\n".utf8) }
}

/// Bytes that do not compress, the same in every run.
func noise(count: Int) -> [UInt8] {
    var state: UInt64 = 0x9e37_79b9_7f4a_7c15
    return (0..<count).map { _ in
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return UInt8(truncatingIfNeeded: state >> 32)
    }
}

private func forEachPiece(of bytes: [UInt8], length: Int, use: (UnsafeRawBufferPointer) throws -> Void) throws {
    for start in stride(from: 0, to: bytes.count, by: length) {
        try bytes[start..<min(start + length, bytes.count)].withUnsafeBytes(use)
    }
}
