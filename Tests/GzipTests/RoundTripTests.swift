import Gzip
import Testing

@Suite("What is compressed comes back")
struct RoundTripTests {
    @Test("Text comes back whatever the length of the pieces", arguments: [1, 7, 1000, 65_536, 10_000_000])
    func text(_ pieceLength: Int) throws {
        let original = sampleText(lineCount: 5000)
        let packed = try compress(original, pieceLength: pieceLength)
        #expect(packed.count < original.count / 2)
        #expect(try decompress(packed, pieceLength: pieceLength) == original)
    }

    @Test("Bytes that do not compress come back", arguments: [0, 1, 65_535, 65_536, 65_537, 300_000])
    func incompressible(_ count: Int) throws {
        let original = noise(count: count)
        #expect(try decompress(compress(original)) == original)
    }

    @Test("Every level can be read", arguments: 1...9)
    func levels(_ level: Int) throws {
        let original = sampleText(lineCount: 500)
        #expect(try decompress(compress(original, level: level)) == original)
    }

    @Test("Output that fills the buffer exactly is complete", arguments: [1, 2, 3])
    func exactBuffer(_ multiple: Int) throws {
        let original = noise(count: 65_536 * multiple)
        #expect(try decompress(compress(original), pieceLength: 10_000_000) == original)
    }

    @Test("Several members are one stream", arguments: [1, 13, 1000, 10_000_000])
    func members(_ pieceLength: Int) throws {
        let parts = [sampleText(lineCount: 300), [], noise(count: 70_000), sampleText(lineCount: 5)]
        let packed = try parts.flatMap { try compress($0) }
        #expect(try decompress(packed, pieceLength: pieceLength) == parts.flatMap { $0 })
    }

    @Test("A member made by another program is read")
    func foreign() throws {
        let packed: [UInt8] = [
            0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x86,
            0xa6, 0x10, 0x36, 0x05, 0x00, 0x00, 0x00,
        ]
        #expect(try decompress(packed) == Array("hello".utf8))
    }
}
