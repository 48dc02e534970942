import Egress
import JSON
import TestSupport
import Testing

@Suite("Laws of the guard")
struct GuardLawTests {
    private static let rounds = 400

    /// A payload in which secrets of many rules stand between words, and the secrets.
    private func planted(_ seed: UInt64) throws -> (payload: [UInt8], secrets: [String]) {
        var generator = SplitMix64(seed: seed)
        var samples = Samples(seed: seed)
        var secrets: [String] = []
        let words = [
            "run", "the", "password", "is", "=", "café", "{{x}}", "\n", "\\", "\"", "token:", "日本", "/home/", "@",
            "://",
        ]
        let members = (0..<5).map { number -> String in
            var text: [String] = []
            for _ in 0..<Int.random(in: 1..<8, using: &generator) {
                text.append(words[Int.random(in: 0..<words.count, using: &generator)])
                guard Int.random(in: 0..<3, using: &generator) == 0 else { continue }
                let rule = RuleCase.all[Int.random(in: 0..<RuleCase.all.count, using: &generator)]
                let secret = samples.make(rule.positives[Int.random(in: 0..<rule.positives.count, using: &generator)])
                secrets.append(secret)
                text.append(secret)
            }
            return "\"m\(number)\":" + JSONValue.string(text.joined(separator: " ")).text
        }
        var canonical: [UInt8] = []
        let json = "{" + members.joined(separator: ",") + ",\"value_score\":0.9}"
        try CanonicalJSON.append(JSONDocument(parsing: Array(json.utf8)).root, to: &canonical, maximumDepth: 64)
        return (canonical, secrets)
    }

    /// A guard that redacts whatever it finds.
    private func redacting() throws -> EgressGuard {
        let all = EgressGuard.standard.rules.map { ($0.rule.id, GuardOutcome.redact) }
        return try EgressGuard(GuardSettings(outcomes: Dictionary(uniqueKeysWithValues: all)))
    }

    @Test("What was redacted is canonical, holds no secret, and is left as it is when it is looked at again")
    func idempotent() throws {
        let egress = try redacting()
        var redactions = 0
        for seed in 0..<UInt64(GuardLawTests.rounds) {
            let (payload, _) = try planted(seed)
            guard case .redacted(let redacted) = egress.inspect(payload: payload, id: [0x61], vectorModel: nil).outcome
            else {
                continue
            }
            redactions += 1
            var canonical: [UInt8] = []
            try CanonicalJSON.append(JSONDocument(parsing: redacted).root, to: &canonical, maximumDepth: 64)
            #expect(canonical == redacted)
            #expect(
                egress.inspect(payload: redacted, id: [0x61], vectorModel: nil)
                    == Inspection(outcome: .clean, findings: [])
            )
        }
        #expect(redactions > GuardLawTests.rounds / 2)
    }

    @Test("No run of a secret's random characters survives in what leaves or in what is reported")
    func nothingSurvives() throws {
        let egress = try redacting()
        for seed in 0..<UInt64(GuardLawTests.rounds) {
            let (payload, secrets) = try planted(seed)
            let inspection = egress.inspect(payload: payload, id: [0x61], vectorModel: nil)
            guard case .redacted(let redacted) = inspection.outcome else { continue }
            let shown = String(decoding: redacted, as: UTF8.self)
            for secret in secrets {
                // The longest run without punctuation is what chance made of it.
                let run = secret.split { !$0.isLetter && !$0.isNumber }.max { $0.count < $1.count } ?? ""
                guard run.count >= 24, run.contains(where: \.isNumber), run.contains(where: \.isLetter) else {
                    continue
                }
                #expect(!shown.contains(run), "seed \(seed)")
                #expect(!"\(inspection.findings)".contains(run), "seed \(seed)")
            }
        }
    }

    @Test("The guard of the standard rules lets nothing through that it would block")
    func strict() throws {
        for seed in 0..<UInt64(GuardLawTests.rounds) {
            let (payload, _) = try planted(seed)
            let inspection = EgressGuard.standard.inspect(payload: payload, id: [0x61], vectorModel: nil)
            let isBlocked = inspection.findings.contains { $0.outcome == .block }
            #expect(isBlocked == (inspection.outcome == .blocked), "seed \(seed)")
        }
    }

    @Test(
        "Input made to be slow takes time in proportion to its length",
        arguments: [
            "password", "password=", "password1=", "Pass-word1=", "sk-",
            "-----BEGIN PRIVATE KEY-----" + "AbCdEfGh1jKlMnOp!", "://a:", "a@a.", "@@@@", "eyJ", "curl ",
            "machine ", "AKIA", "12:", "1.2.3.", "+1 2 ", "4111 ", "DE44 ", "/home/", "authorization: ", "\\\\",
            "\\n", "$6$", "access-tokens = a=b ", ":5432:a:b:", "arn:aws:", "LS0tLS1CRUdJTiAAAA", "cache-1:",
            "token: ", "heroku_api_key ", "2001:", "aa:aa:", "{{password}}", "a1@b2.c3.", "xoxb-1-", "ghp_",
            "..........", "AAAAAAAAAA", "1111111111", "[0;", "[1m", "^[[0;", "8Q~__--", "AIza__--", "privateKey = ",
            "aws_secret_access_key                                    ", "accountkey: |\n ",
            "# -----BEGIN PRIVATE KEY-----\n# a\n", "-----BEGIN PRIVATE KEY-----\na: b\n", "\\b",
        ]
    )
    func linear(unit: String) throws {
        let text = String(repeating: unit, count: 256 * 1024 / unit.utf8.count)
        var canonical: [UInt8] = []
        let json = #"{"text":"# + JSONValue.string(text).text + "}"
        try CanonicalJSON.append(JSONDocument(parsing: Array(json.utf8)).root, to: &canonical, maximumDepth: 64)
        // Of three, as the machine may do other things meanwhile. What looks at every pair of bytes would take minutes.
        let cost = (0..<3).map { _ in
            ContinuousClock().measure {
                _ = EgressGuard.standard.inspect(payload: canonical, id: [0x61], vectorModel: nil)
            }
        }.min()
        #expect(try #require(cost) < .seconds(1))
    }
}
