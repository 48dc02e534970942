import Gzip
import Testing

@Suite("What is not whole, sound and small enough is refused")
struct RefusalTests {
    private let packed: [UInt8]
    private let original: [UInt8]

    init() throws {
        original = sampleText(lineCount: 2000)
        packed = try compress(original)
    }

    @Test("A stream that ends too early is truncated, wherever it is cut", arguments: [0.0, 0.001, 0.3, 0.9, 0.999])
    func truncated(_ fraction: Double) throws {
        let cut = Array(packed.prefix(Int(Double(packed.count) * fraction)))
        #expect(try failure(of: cut) == .truncated)
    }

    @Test("A stream without the last byte of its trailer is truncated")
    func cutTrailer() throws {
        #expect(try failure(of: Array(packed.dropLast())) == .truncated)
    }

    @Test("A second member that is cut is truncated")
    func cutMember() throws {
        #expect(try failure(of: packed + packed.prefix(1)) == .truncated)
        #expect(try failure(of: packed + packed.dropLast(3)) == .truncated)
    }

    @Test("A wrong checksum is corrupt")
    func checksum() throws {
        var bytes = packed
        bytes[bytes.count - 5] ^= 1
        #expect(try failure(of: bytes) == .corrupt)
    }

    @Test("A wrong length in the trailer is corrupt")
    func length() throws {
        var bytes = packed
        bytes[bytes.count - 1] ^= 1
        #expect(try failure(of: bytes) == .corrupt)
    }

    @Test("A flipped bit is never taken for good", arguments: (0..<20).map { 10 + $0 * 97 })
    func flipped(_ index: Int) throws {
        var bytes = packed
        bytes[index] ^= 0x10
        #expect(try failure(of: bytes) != nil)
    }

    @Test(
        "Anything after the last member is corrupt",
        arguments: [[0], [0, 0, 0, 0], [0x1f, 0x8c], Array("tail".utf8)]
    )
    func garbage(_ tail: [UInt8]) throws {
        #expect(try failure(of: packed + tail, pieceLength: 7) == .corrupt)
        #expect(try failure(of: packed + tail, pieceLength: 10_000_000) == .corrupt)
    }

    @Test("What is not gzip is corrupt", arguments: ["{\"id\":1}", "\u{78}\u{9c}", "x"])
    func plain(_ text: String) throws {
        #expect(try failure(of: Array(text.utf8)) == .corrupt)
    }

    @Test("Output beyond the limit is refused, and the limit itself is not")
    func limit() throws {
        #expect(try failure(of: packed, limits: .init(maximumOutput: original.count)) == nil)
        #expect(try failure(of: packed, limits: .init(maximumOutput: original.count - 1)) == .tooLarge)
    }

    @Test("The limit holds across members")
    func limitAcrossMembers() throws {
        #expect(try failure(of: packed + packed, limits: .init(maximumOutput: original.count * 2 - 1)) == .tooLarge)
    }

    @Test("A bomb is refused by its ratio before much of it is unpacked")
    func bomb() throws {
        let bomb = try compress([UInt8](repeating: 0, count: 50 << 20), level: 9, pieceLength: 1 << 20)
        let inflater = try GzipInflater(maximumOutput: 100 << 20)
        var output: [UInt8] = []
        let error = #expect(throws: GzipError.self) {
            try bomb.withUnsafeBytes { try inflater.append($0, into: &output) }
        }
        #expect(error?.kind == .tooLarge)
        #expect(output.count < 16 << 20)
    }

    @Test("A bomb of many members is refused by its ratio")
    func bombOfMembers() throws {
        let member = try compress([UInt8](repeating: 0, count: 1 << 20), level: 9)
        let bomb = Array(repeating: member, count: 20).flatMap { $0 }
        #expect(try failure(of: bomb) == .tooLarge)
    }

    @Test("Much repetition in little input is no bomb")
    func shortRepetition() throws {
        let zeros = [UInt8](repeating: 0, count: 1 << 20)
        #expect(try decompress(compress(zeros, level: 9)) == zeros)
    }

    @Test("The ratio can be set")
    func ratio() throws {
        let zeros = try compress([UInt8](repeating: 0, count: 4 << 20), level: 9)
        #expect(try failure(of: zeros, limits: .init(maximumOutput: 8 << 20)) == .tooLarge)
        #expect(try failure(of: zeros, limits: .init(maximumOutput: 8 << 20, maximumRatio: 2000)) == nil)
    }
}
