import Digest
import Egress
import JSON
import Testing

@Suite("What may leave")
struct InspectionTests {
    private let id = Array("skill-1".utf8)

    private func canonical(_ json: String) throws -> [UInt8] {
        var canonical: [UInt8] = []
        try CanonicalJSON.append(JSONDocument(parsing: Array(json.utf8)).root, to: &canonical, maximumDepth: 64)
        return canonical
    }

    private func inspect(_ json: String, by egress: EgressGuard = .standard) throws -> Inspection {
        try egress.inspect(payload: canonical(json), id: id, vectorModel: nil)
    }

    private func token(_ template: String = "ghp_{A36}", seed: UInt64 = 7) -> String {
        var samples = Samples(seed: seed)
        return samples.make(template)
    }

    @Test("What holds nothing leaves as it is")
    func clean() throws {
        let inspection = try inspect(
            #"{"value_score":0.9,"text":"use jq -r '.a' | sort","list":["a",1,null,true,{"x":"y"}]}"#
        )
        #expect(inspection == Inspection(outcome: .clean, findings: []))
    }

    @Test(
        "Nothing of a password leaves, however it is given",
        arguments: [
            #"{"text":"DB_PASSWORD='SECRET efgh5678'"}"#, #"{"text":"db_password: \"SECRET, (efgh5678)\""}"#,
            #"{"password":"SECRET efgh5678"}"#, #"{"password":{"value":"SECRET"}}"#, #"{"passwords":["a","SECRET"]}"#,
            #"{"env":[{"Name":"DB_PASSWORD","Value":"SECRET"}]}"#, #"{"text":"DB_PASSWORD=\u001b[32mSECRET\u001b[0m"}"#,
            #"{"text":"\u001b[36mDB_PASSWORD\u001b[0m=SECRET"}"#,
        ]
    )
    func passwords(template: String) throws {
        for secret in [token("Zx{A14}7!"), token("q{A300}9")] {
            let inspection = try inspect(template.replacing("SECRET", with: secret))
            guard case .redacted(let redacted) = inspection.outcome else {
                #expect(inspection.outcome == .blocked, "\(template)")
                continue
            }
            let text = String(decoding: redacted, as: UTF8.self)
            #expect(!text.contains(secret) && !text.contains("efgh5678"), "\(text)")
        }
    }

    @Test("Long secrets are secrets", arguments: [255, 256, 300, 2_000])
    func long(count: Int) throws {
        let secret = token("k{A\(count)}")
        for json in [
            #"{"api_token":"\#(secret)"}"#, #"{"text":"API_TOKEN=\#(secret)"}"#,
            #"{"text":"git clone https://aws:\#(secret)@host.example.net/x"}"#,
        ] {
            guard case .redacted(let redacted) = try inspect(json).outcome else {
                Issue.record("\(json)")
                continue
            }
            #expect(!String(decoding: redacted, as: UTF8.self).contains(secret))
        }
    }

    @Test(
        "Nothing of a terminal's hides a token that stands directly behind it",
        arguments: [
            "\\u001b(B", "\\u001b(B\\u001b[m", "\\u001b[m\\u001b(B", "\\u001b)0", "\\\\033(B", "\\\\x1b(B\\\\e[0m",
            "^[[32m",
            "^[[m", "^[(B^[[m", "[32m", "[01;31m[K", "[0m", "\\b", "\\f", "\\u000b", "\\\\a", "\\\\b", "\\\\v", "\\\\f",
        ]
    )
    func terminals(before: String) throws {
        for template in ["ghp_{A36}", "AKIA{U16}", "abc8Q~{A34}"] {
            let secret = token(template)
            #expect(try inspect(#"{"text":"token \#(before)\#(secret)"}"#).outcome == .blocked, "\(before)\(template)")
            let half = secret.index(secret.startIndex, offsetBy: 12)
            let split = secret[..<half] + "[01;31m" + secret[half...]
            #expect(try inspect(#"{"text":"\#(split)[m"}"#).outcome == .blocked, "\(template)")
        }
    }

    @Test(
        "What only looks like a terminal's is part of the word",
        arguments: ["[m", "[32x", "[5m]", "[a;m", "^(B", "(B", "\\\\w", "x32m", "^[x"]
    )
    func noTerminal(before: String) throws {
        #expect(try inspect(#"{"text":"\#(before)x\#(token())"}"#).outcome == .clean)
        #expect(try inspect(#"{"text":"oghp_\#(before)\#(token("{A36}"))"}"#).outcome == .clean)
    }

    @Test("What Markdown shows in italics is a token still")
    func italics() throws {
        #expect(try inspect(#"{"text":"_\#(token())_ and"}"#).outcome == .blocked)
    }

    @Test("A secret that blocks is named by rule and place, and by nothing else")
    func blocked() throws {
        let secret = token()
        let inspection = try inspect(#"{"list":["a",{"text":"x \#(secret)"}]}"#)
        #expect(inspection.outcome == .blocked)
        #expect(
            inspection.findings == [
                GuardFinding(rule: "github-token", outcome: .block, place: "/payload/list/1/text", count: 1)
            ]
        )
        #expect(!"\(inspection)".contains(secret))
    }

    @Test("What is redacted leaves canonical, with a mark and without what was found")
    func redacted() throws {
        let inspection = try inspect(#"{"b":"mail rosa@kolibri.net, ivo@kolibri.net \"now\"\n","a":"sync"}"#)
        let expected = #"{"a":"sync","b":"mail ‹redacted:email›, ‹redacted:email› \"now\"\n"}"#
        #expect(inspection.outcome == .redacted(Array(expected.utf8)))
        #expect(inspection.findings == [GuardFinding(rule: "email", outcome: .redact, place: "/payload/b", count: 2)])
    }

    @Test("What cannot be replaced blocks: ids, names of members, names of models")
    func irreplaceable() throws {
        let payload = try canonical(#"{"text":"a"}"#)
        let guardian = EgressGuard.standard
        let byID = guardian.inspect(payload: payload, id: Array("for-rosa@kolibri.net".utf8), vectorModel: nil)
        #expect(byID.outcome == .blocked)
        #expect(byID.findings == [GuardFinding(rule: "email", outcome: .block, place: "/id", count: 1)])
        let byModel = guardian.inspect(payload: payload, id: id, vectorModel: "/home/rlind/model")
        #expect(byModel.outcome == .blocked)
        let found = GuardFinding(rule: "home-path", outcome: .block, place: "/vector_model", count: 1)
        #expect(byModel.findings == [found])
        let byName = try inspect(#"{"a":{"rosa@kolibri.net":{"x":1}}}"#)
        #expect(byName.outcome == .blocked)
        #expect(byName.findings.map(\.place) == ["/payload/a/‹redacted:email›"])
    }

    @Test("The name of a member tells what its value is, also in lists and in pairs of name and value")
    func namedByMembers() throws {
        for json in [
            #"{"db_password":"\#(token("{A16}"))"}"#, #"{"apiKey":["\#(token("{A30}"))"]}"#,
            #"{"env":[{"name":"DB_PASSWORD","value":"\#(token("{A16}"))"}]}"#, #"{"auth":"YWxpY2U6UXc4elR5N0twMkxt"}"#,
            #"{"aws":{"SecretAccessKey":"\#(token("{b40}"))"}}"#, #"{"Authorization":"Bearer \#(token("{A40}"))"}"#,
        ] {
            #expect(try inspect(json).outcome != .clean, "\(json)")
        }
        for json in [
            #"{"aws_secret_access_key":"key \#(token("{b40}"))"}"#,
            #"{"aws_secret_access_key":"\#(token("{b40}"))\n"}"#,
            #"{"privateKey":"\#(token("{b43}="))"}"#, #"{"PresharedKey":"\#(token("{b43}="))\n"}"#,
            #"{"AccountKey":"\#(token("{b86}=="))"}"#,
            #"{"env":[{"name":"AccountKey","value":"\#(token("{b86}=="))"}]}"#,
        ] {
            #expect(try inspect(json).outcome == .blocked, "\(json)")
        }
        for json in [
            #"{"publicKey":"\#(token("{b43}="))"}"#, #"{"privateKeyHash":"\#(token("{b43}="))"}"#,
            #"{"AccountName":"\#(token("{b86}=="))"}"#, #"{"aws_secret_access_key":"see commit \#(token("{b30}"))"}"#,
        ] {
            #expect(try inspect(json).outcome == .clean, "\(json)")
        }
        for json in [
            #"{"password":"{{password}}"}"#, #"{"token_count":"\#(token("{A16}"))"}"#,
            #"{"name":"DB_HOST","value":"\#(token("{A16}"))"}"#,
            #"{"password":"a sentence about 1 password"}"#, #"{"token":4096}"#,
        ] {
            #expect(try inspect(json).outcome == .clean, "\(json)")
        }
    }

    @Test("No escape hides a secret")
    func escapes() throws {
        let key = token("AKIA{U16}")
        let unicode = key.utf8.map { "\\u00" + Hex.encode([$0]) }.joined()
        #expect(try inspect(#"{"text":"\#(unicode)"}"#).outcome == .blocked)
        // JSON within JSON, twice, and source code within JSON.
        #expect(try inspect(#"{"text":"{\"text\":\"\\n\#(key)\"}"}"#).outcome == .blocked)
        #expect(try inspect(#"{"text":"{\\\"text\\\":\\\"\\\\n\#(key)\\\"}"}"#).outcome == .blocked)
        let nested = key.utf8.map { "\\\\u00" + Hex.encode([$0]) }.joined()
        #expect(try inspect(#"{"text":"{\"text\":\"\#(nested)\"}"}"#).outcome == .blocked)
        let address = try inspect(#"{"text":"postgres:\/\/app:\#(token("{A16}"))@db.corp.net"}"#)
        #expect(address.findings.map(\.rule) == ["url-password"])
        let written = try inspect(#"{"text":"C:\\\\Users\\\\Rosa\\\\x"}"#)
        #expect(written.findings.map(\.rule) == ["home-path"])
    }

    @Test("Of an address with a password the host stays, also where both together look like an e-mail address")
    func hosts() throws {
        let before = #"{"text":"clone https://bob:\#(token("{A16}"))@git.firma.de/repo.git for anna.berg@firma.de"}"#
        let after =
            #"{"text":"clone https://bob:‹redacted:url-password›@git.firma.de/repo.git for ‹redacted:email›"}"#
        #expect(try inspect(before).outcome == .redacted(Array(after.utf8)))
        let blocking = try EgressGuard(GuardSettings(outcomes: ["email": .block]))
        let database = #"{"text":"postgres://app:\#(token("{A16}"))@db.firma.de/x"}"#
        #expect(try inspect(database, by: blocking).outcome != .blocked)
        #expect(try inspect(#"{"text":"https://firma.de/?a:b=anna.berg@firma.de"}"#, by: blocking).outcome == .blocked)
    }

    @Test(
        "Letters of any script around a secret neither hide it nor are damaged",
        arguments: ["日本語", "é", "🦊", "\u{301}", "Привет "]
    )
    func scripts(word: String) throws {
        let inspection = try inspect(#"{"text":"\#(word)rosa@kolibri.net\#(word)"}"#)
        #expect(inspection.outcome == .redacted(Array(#"{"text":"\#(word)‹redacted:email›\#(word)"}"#.utf8)))
    }

    @Test("A secret is found at the greatest depth and in the longest text")
    func extremes() throws {
        let secret = token()
        let deep = String(repeating: #"{"a":"#, count: 63) + #"{"a":"\#(secret)"}"# + String(repeating: "}", count: 63)
        #expect(try inspect(deep).outcome == .blocked)
        let lists = String(repeating: "[", count: 62) + "\"\(secret)\"" + String(repeating: "]", count: 62)
        #expect(try inspect(#"{"a":\#(lists)}"#).outcome == .blocked)
        let long = String(repeating: "lorem ipsum ", count: 21_000)
        let inspection = try inspect(#"{"text":"\#(long)\#(secret) \#(long)"}"#)
        #expect(inspection.outcome == .blocked)
    }

    @Test("What is no canonical text is not let through")
    func malformed() {
        for text in ["", "{", #"{"a":"b"#, #"{"a":1}}"#, "[1,", #"{"a":"b\"}"#, "x"] {
            let inspection = EgressGuard.standard.inspect(payload: Array(text.utf8), id: id, vectorModel: nil)
            #expect(inspection.outcome == .blocked, "\(text)")
            #expect(inspection.findings.map(\.rule) == ["unreadable-payload"])
        }
    }

    @Test("The owner judges rules otherwise, allows what is known, and names hosts")
    func settings() throws {
        let text = #"{"text":"rosa@kolibri.net on Falcon-7, arn:aws:iam::640518273915:role/x"}"#
        #expect(try inspect(text, by: EgressGuard(GuardSettings(outcomes: ["email": .block]))).outcome == .blocked)
        let warned = try inspect(text, by: EgressGuard(GuardSettings(outcomes: ["email": .warn])))
        #expect(warned.outcome == .clean)
        #expect(warned.findings.map(\.rule) == ["email", "aws-account"])
        let off = try inspect(text, by: EgressGuard(GuardSettings(disabled: ["email"])))
        #expect(off.findings.map(\.rule) == ["aws-account"])
        let digest = SHA256.digest(of: Array("rosa@kolibri.net".utf8))
        let entry = try #require(AllowedSecret("email:\(digest.hex)"))
        #expect(try inspect(text, by: EgressGuard(GuardSettings(allowed: [entry]))).outcome == .clean)
        let other = #"{"text":"ivo@kolibri.net"}"#
        #expect(try inspect(other, by: EgressGuard(GuardSettings(allowed: [entry]))).outcome != .clean)
        let hosts = try inspect(text, by: EgressGuard(GuardSettings(hostNames: ["falcon-7"])))
        #expect(hosts.findings.map(\.rule) == ["email", "host-name", "aws-account"])
        #expect(throws: GuardSettingsError.self) { try EgressGuard(GuardSettings(outcomes: ["e-mail": .block])) }
        #expect(throws: GuardSettingsError.self) { try EgressGuard(GuardSettings(hostNames: ["a"])) }
        #expect(AllowedSecret("email") == nil)
        #expect(AllowedSecret("email:abc") == nil)
    }

    @Test("The version tells guards apart that find different things")
    func version() throws {
        let standard = EgressGuard.standard.version
        #expect(try EgressGuard(GuardSettings()).version == standard)
        #expect(try EgressGuard(GuardSettings(outcomes: ["email": .block])).version != standard)
        #expect(try EgressGuard(GuardSettings(disabled: ["email"])).version != standard)
        #expect(try EgressGuard(GuardSettings(hostNames: ["falcon"])).version != standard)
    }

    @Test("Allowable findings are those of the inspection, each with its entry")
    func allowable() throws {
        let payload = try canonical(#"{"text":"rosa@kolibri.net and ivo@kolibri.net"}"#)
        let found = EgressGuard.standard.allowable(inPayload: payload)
        #expect(found.map(\.finding.place) == ["/payload/text", "/payload/text"])
        #expect(
            found.map(\.entry)
                == ["rosa@kolibri.net", "ivo@kolibri.net"].map {
                    AllowedSecret(rule: "email", digest: SHA256.digest(of: Array($0.utf8)))
                }
        )
    }
}
