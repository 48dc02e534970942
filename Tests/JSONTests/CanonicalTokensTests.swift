import JSON
import TestSupport
import Testing

@Suite("Canonical text is gone through token by token")
struct CanonicalTokensTests {
    /// The canonical text that the tokens of `bytes` make again, and whether all of it was read.
    ///
    /// Every range that is told has to be within the text.
    private func again(_ bytes: [UInt8]) -> (text: [UInt8], isWhole: Bool) {
        bytes.withUnsafeBytes { raw in
            var tokens = CanonicalTokens(raw)
            var text: [UInt8] = []
            var needsComma = false
            var others = 0
            while let token = tokens.next() {
                let isEnd = token == .objectEnd || token == .arrayEnd
                if needsComma, !isEnd { text.append(UInt8(ascii: ",")) }
                needsComma = true
                switch token {
                case .objectStart: text.append(UInt8(ascii: "{"))
                case .arrayStart: text.append(UInt8(ascii: "["))
                case .objectEnd: text.append(UInt8(ascii: "}"))
                case .arrayEnd: text.append(UInt8(ascii: "]"))
                case .name(let range): text += [UInt8(ascii: "\"")] + raw[range] + Array("\":".utf8)
                case .string(let range): text += [UInt8(ascii: "\"")] + raw[range] + [UInt8(ascii: "\"")]
                case .other:
                    text.append(UInt8(ascii: "0"))
                    others += 1
                }
                switch token {
                case .objectStart, .arrayStart, .name: needsComma = false
                default: break
                }
            }
            return (text, tokens.isWhole)
        }
    }

    private func value(_ depth: Int, _ generator: inout SplitMix64) -> JSONValue {
        switch Int.random(in: 0..<(depth > 3 ? 3 : 6), using: &generator) {
        case 0: return .integer(0)
        case 1, 2:
            let pieces = ["x", "\"", "\\", "{", "]", ",", ":", "\u{2}", "é", "\u{1F600}"]
            return .string(
                (0..<Int.random(in: 0..<9, using: &generator)).map { _ in
                    pieces.randomElement(using: &generator) ?? ""
                }.joined()
            )
        case 3: return .array((0..<Int.random(in: 0..<4, using: &generator)).map { _ in value(depth + 1, &generator) })
        default:
            let names = ["", "a", "b\"", "c\\", "d,", "é"].shuffled(using: &generator)
            return .object(
                names.prefix(Int.random(in: 0..<5, using: &generator)).map {
                    JSONValue.Member($0, value(depth + 1, &generator))
                }
            )
        }
    }

    private func canonical(_ value: JSONValue) throws -> [UInt8] {
        var output: [UInt8] = []
        try CanonicalJSON.append(JSONDocument(parsing: value.bytes).root, to: &output, maximumDepth: 64)
        return output
    }

    @Test("What the tokens name is all there is, in its order", arguments: 0..<300 as Range<UInt64>)
    func everything(_ seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let bytes = try canonical(.array([value(0, &generator)]))
        #expect(again(bytes) == (bytes, true))
    }

    @Test("A text that was cut anywhere is not whole", arguments: 0..<30 as Range<UInt64>)
    func cut(_ seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let bytes = try canonical(.array([value(0, &generator)]))
        for length in bytes.indices { #expect(!again(Array(bytes[..<length])).isWhole, "cut behind \(length)") }
    }

    @Test("Of whatever bytes, none outside is read, and it ends", arguments: 0..<300 as Range<UInt64>)
    func garbage(_ seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        let pieces = Array("{}[]\",:\\0ntfu ".utf8) + [0, 0xFF, 0xC3]
        let bytes = (0..<Int.random(in: 0..<40, using: &generator)).map { _ in
            pieces.randomElement(using: &generator) ?? 0
        }
        // Each token stands for a byte at least, and at most two are added.
        #expect(again(bytes).text.count <= 3 * bytes.count)
    }
}
