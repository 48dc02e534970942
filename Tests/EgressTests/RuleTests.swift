import Egress
import Testing

@Suite("Rules of the guard")
struct RuleTests {
    private static let seeds: [UInt64] = [1, 2, 3, 4, 5]

    /// The rules that find something in `text`.
    private func rules(in text: String) -> [String] {
        var text = text
        return text.withUTF8 { EgressGuard.standard.secrets(in: UnsafeRawBufferPointer($0)).map(\.rule) }
    }

    @Test("It finds what it is for", arguments: RuleCase.all)
    func finds(rule: RuleCase) {
        for seed in RuleTests.seeds {
            var samples = Samples(seed: seed)
            for template in rule.positives {
                let text = samples.make(template)
                #expect(rules(in: text).contains(rule.rule), "\(template)")
                #expect(rules(in: "Run this: \(text)\nand look").contains(rule.rule), "within a text: \(template)")
                let shown = "\u{1B}[01;31m\u{1B}[K\(text)\u{1B}[m\u{1B}[K"
                #expect(rules(in: shown).contains(rule.rule), "as a terminal colours it: \(template)")
                let written = "\\033[32m\(text)\\033[0m"
                #expect(rules(in: written).contains(rule.rule), "as colours are written: \(template)")
            }
        }
    }

    @Test("It leaves alone what only looks like it", arguments: RuleCase.all)
    func leavesAlone(rule: RuleCase) {
        for seed in RuleTests.seeds {
            var samples = Samples(seed: seed)
            for template in rule.negatives {
                let text = samples.make(template)
                #expect(!rules(in: text).contains(rule.rule), "\(template)")
            }
        }
    }

    @Test("Every rule but that of host names, which come from the owner, has its cases")
    func complete() {
        let names = EgressGuard.standard.rules.map(\.rule.id)
        #expect(Set(names).count == names.count)
        #expect(Set(names).subtracting(RuleCase.all.map(\.rule)) == ["host-name"])
        #expect(Set(RuleCase.all.map(\.rule)).isSubset(of: Set(names)))
        for rule in RuleCase.all {
            #expect(!rule.positives.isEmpty && rule.negatives.count >= 2, "\(rule.rule)")
        }
        #expect(names.count >= 45)
    }

    @Test("A right checksum proves a token that chance would hardly make")
    func checksum() {
        // Thirty times the same letter, with its CRC-32.
        #expect(
            rules(in: "ghp_" + String(repeating: "a", count: 30) + RuleTests.crc(of: String(repeating: "a", count: 30)))
                == ["github-token"]
        )
        #expect(rules(in: "ghp_" + String(repeating: "a", count: 36)) == [])
    }

    /// CRC-32 of `text` in six digits of base 62, computed bit by bit from its polynomial.
    private static func crc(of text: String) -> String {
        var remainder: UInt64 = 0xFFFF_FFFF
        for byte in text.utf8 {
            for bit in 0..<8 {
                let low = (remainder ^ UInt64(byte >> bit)) & 1
                remainder = remainder >> 1 ^ low * 0xEDB8_8320
            }
        }
        var value = remainder ^ 0xFFFF_FFFF
        let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
        var written = ""
        for _ in 0..<6 {
            written.insert(digits[Int(value % 62)], at: written.startIndex)
            value /= 62
        }
        return written
    }
}
