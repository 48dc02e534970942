import Egress
import Federation
import JSON
import SpokeAgent
import Testing

@Suite("Guard of what leaves")
struct ContentGuardTests {
    private let standard = ContentGuard()

    private func id(_ text: String) -> PatternID { PatternID(canonical: Array(text.utf8)) }

    /// A secret that is written down nowhere.
    private var token: String {
        let letters = (0..<36).map { number -> Character in
            let letter = 65 + (number * 7 + number / 3) % 26
            return Character(UnicodeScalar(UInt8(letter)))
        }
        return "ghp_" + String(letters)
    }

    @Test("What is found is named by codes that say what became of it")
    func codes() {
        guard case .asIs(let none) = standard.inspect(id("a"), payload: Array(#"{"t":"x"}"#.utf8), vectorModel: nil)
        else {
            Issue.record("not clean")
            return
        }
        #expect(none.isEmpty)
        let warned = Array(#"{"t":"arn:aws:iam::640518273915:role/x"}"#.utf8)
        guard case .asIs(let codes) = standard.inspect(id("a"), payload: warned, vectorModel: nil) else {
            Issue.record("not let through")
            return
        }
        #expect(codes == ["warned-aws-account"])
        let mail = Array(#"{"t":"rosa@kolibri.net"}"#.utf8)
        guard case .redacted(let payload, let rules) = standard.inspect(id("a"), payload: mail, vectorModel: nil) else {
            Issue.record("not redacted")
            return
        }
        #expect(payload == Array(#"{"t":"‹redacted:email›"}"#.utf8))
        #expect(rules == ["redacted-email"])
        let both = Array(#"{"t":"rosa@kolibri.net","u":"\#(token)"}"#.utf8)
        guard case .blocked(let held) = standard.inspect(id("a"), payload: both, vectorModel: nil) else {
            Issue.record("not held")
            return
        }
        #expect(held == ["held-github-token"])
    }

    @Test("What is shown of ids and errors holds no secret, nor a part of one that a parser quoted")
    func shown() {
        #expect(standard.shown(id("skill-1")) == "skill-1")
        #expect(standard.shown(id(token)) == "‹redacted:github-token›")
        let quoted = "'}' expected near '\"\(token.prefix(18))'"
        #expect(standard.shown(quoted) == "'}' expected")
        #expect(!standard.shown("the id \(token) is wrong").contains(token))
    }

    @Test("The key tells guards apart that judge differently")
    func key() throws {
        let other = ContentGuard(try EgressGuard(GuardSettings(outcomes: ["email": .block])))
        #expect(standard.key == ContentGuard().key)
        #expect(standard.key != other.key)
    }

    @Test("Words for people tell placeholders from warnings")
    func words() {
        #expect(GuardCode.text([]) == "")
        #expect(
            GuardCode.text(["redacted-email", "warned-aws-account"])
                == "; with placeholders for email; look at it: aws-account"
        )
    }
}
