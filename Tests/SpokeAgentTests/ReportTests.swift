import Federation
import JSON
import Presentation
import Replication
import SpokeAgent
import Testing

@Suite("Reports")
struct ReportTests {
    let clock = TestClock()
    let hub: FakeHub
    let alice: Spoke

    init() {
        hub = FakeHub(clock: clock)
        alice = Spoke("alice", hub, clock)
    }

    @Test("The summary is aligned and says what to do next")
    func text() throws {
        hub.say("bruno", "x", 0.9)
        hub.say("chika", "y", 0.9)
        hub.say("bruno", "z", 0.9)
        hub.refuse = { id in
            id.description == "odd" ? ItemRefusal(code: "no-way", detail: "it cannot be", isRetryable: false) : nil
        }
        alice.knows([
            #"{"id":"a","payload":{"value_score":0.9}}"#, #"{"id":"odd","payload":{"value_score":0.9}}"#, "broken",
        ])
        let text = try alice.round().text
        #expect(
            text.hasPrefix(
                """
                collection       read  high value  pushed  unchanged  refused  retracted  learned
                skills-patterns     3           2       1          0        1          0  3 (from bruno 2, chika 1)
                skills-patterns: 1 held back, refused as no-way; for example odd: it cannot be

                """
            )
        )
        #expect(text.contains("/skills-patterns.jsonl:3: malformed-json: "))
        #expect(text.contains("--retry-refused"))
    }

    @Test("The document for programs can be read and agrees with the exit code")
    func json() throws {
        hub.say("bruno", "x", 0.9)
        alice.knows([#"{"id":"a","payload":{"value_score":0.9}}"#, "broken"])
        let report = try alice.round()
        let root = try JSONDocument(parsing: report.json.bytes).root
        #expect(root["exit_code"]?.integer == 3)
        #expect(root["status"]?.string == "partial")
        let collection = try #require(root["collections"]?.elements.first)
        #expect(collection["pushed"]?.integer == 1)
        #expect(collection["unreadable"]?.integer == 1)
        #expect(collection["learned_from"]?["bruno"]?.integer == 1)
        #expect(collection["source"]?["unreadable_lines"]?.elements.first?["line"]?.integer == 2)
        #expect(!report.json.text.contains("\n"))
    }

    @Test("The worst of what happened decides the exit code")
    func gravity() {
        #expect(ExitStatus.partial.worse(.ok) == .partial)
        #expect(ExitStatus.partial.worse(.integrity) == .integrity)
        #expect(ExitStatus.unreachable.worse(.partial) == .unreachable)
        #expect(ExitStatus.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5, 7, 8, 9])
    }

    @Test("Texts from elsewhere are shown on one line, without control characters")
    func foreignText() {
        #expect(ShownText.of("a\r\nb\u{1B}[31mc\u{202E}d") == "a  b [31mc d")
        #expect(ShownText.of(String(repeating: "x", count: 1_000)).count == ShownText.maximumCharacters + 3)
    }

    @Test(
        "Addresses of hubs",
        arguments: [
            ("http://127.0.0.1:8092", "127.0.0.1", false, true), ("https://hub.example/", "hub.example", true, false),
            ("https://hub.example/n/a", "hub.example", true, false), ("http://[::1]:8092", "::1", false, true),
            ("http://localhost", "localhost", false, true),
        ]
    )
    func endpoint(_ text: String, _ host: String, _ isSecure: Bool, _ isLoopback: Bool) {
        let endpoint = HubEndpoint(text)
        #expect(endpoint?.host == host)
        #expect(endpoint?.isSecure == isSecure)
        #expect(endpoint?.isLoopback == isLoopback)
        #expect(endpoint?.text.hasSuffix("/") == false)
    }

    @Test(
        "What is no address of a hub",
        arguments: [
            "", "hub.example", "ftp://hub", "http://", "http://u:p@hub", "http://hub?x=1", "http://hub#x",
            "http://hub:x",
            "http://hub:0", "http://hub:99999", "http://h ub", "http://[::1", "file:///etc/passwd",
        ]
    )
    func noEndpoint(_ text: String) {
        #expect(HubEndpoint(text) == nil)
    }

    @Test("Slips of the hand are understood")
    func suggestions() {
        let names = ["skills-patterns", "error-solutions", "best-practices"]
        #expect(Suggestion.nearest(to: "skill-patterns", among: names) == "skills-patterns")
        #expect(Suggestion.nearest(to: "eror-solution", among: names) == "error-solutions")
        #expect(Suggestion.nearest(to: "best", among: names) == "best-practices")
        #expect(Suggestion.nearest(to: "quite-different", among: names) == nil)
        #expect(Suggestion.nearest(to: "", among: names) == nil)
    }

    @Test("A token file holds a token and nothing else")
    func tokenFile() throws {
        let folder = TemporaryFolder()
        folder.write("token", "  tributary_a_b\n\n")
        #expect(try TokenFile(folder("token")).read() == "tributary_a_b")
        #expect(TokenFile(folder("token")).warning?.contains("chmod 600") == true)
        for text in ["", "\n", "tributary_canary two", "tributary_canary\u{1}", String(repeating: "x", count: 5_000)] {
            folder.write("token", text)
            let error = #expect(throws: SpokeError.self) { try TokenFile(folder("token")).read() }
            #expect(error?.status == .configuration)
            #expect(error?.description.contains("canary") == false)
        }
        #expect(throws: SpokeError.self) { try TokenFile(folder("none")).read() }
    }
}
