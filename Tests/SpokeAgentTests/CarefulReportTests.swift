import Federation
import Glibc
import JSON
import Replication
import SpokeAgent
import Testing

@Suite("Reports on what is unusual")
struct CarefulReportTests {
    let clock = TestClock()
    let hub: FakeHub
    let alice: Spoke

    init() {
        hub = FakeHub(clock: clock)
        alice = Spoke("alice", hub, clock)
    }

    @Test("What an operator retracted is listed with the hub's words, and with what can be done")
    func retracted() throws {
        hub.refuse = { id in
            id.description.hasPrefix("leak")
                ? ItemRefusal(code: "retracted", detail: "retracted by ops: \(id)", isRetryable: false) : nil
        }
        alice.knows(["leak1": 0.9, "leak2": 0.9, "leak3": 0.9, "leak4": 0.9, "leak5": 0.9, "leak6": 0.9, "fine": 0.9])
        let report = try alice.round()
        #expect(report.status == .partial)
        #expect(
            report.text.hasSuffix(
                """
                skills-patterns: 6 held back, as the hub's operator retracted what they say:
                  leak1: retracted by ops: leak1
                  leak2: retracted by ops: leak2
                  leak3: retracted by ops: leak3
                  leak4: retracted by ops: leak4
                  leak5: retracted by ops: leak5
                  and 1 more; see --json for up to 20
                  Once the operator has lifted that, the next round sends them again.
                """
            )
        )
        let root = try JSONDocument(parsing: report.json.bytes).root
        let items = root["collections"]?.elements.first?["refusals"]?.elements.first?["items"]?.elements ?? []
        #expect(items.map { $0["id"]?.string } == (1...6).map { "leak\($0)" })
        #expect(items.last?["detail"]?.string == "retracted by ops: leak6")
        hub.refuse = { _ in nil }
        #expect(try alice.sync().push.sent == 0)
        try alice.state().releaseRefused()
        #expect(try alice.sync().push.accepted == 6)
    }

    @Test("Names of files are obeyed by no terminal")
    func names() throws {
        alice.knows(["a": 0.9])
        alice.folder.write("source/e\u{1B}[31mvil\u{7}\u{202E}.jsonl", "{}")
        let report = try alice.round()
        #expect(report.text.contains("/source/e?[31mvil??.jsonl is not shared"))
        #expect(!report.text.contains("\u{1B}"))
        let log = (report.notes + [report.line]).map(Console.harmless).joined()
        #expect(log.contains("e?[31mvil??.jsonl"))
        #expect(!log.contains("\u{1B}"))
    }

    @Test("A source folder's own name is obeyed by no terminal either")
    func folders() throws {
        let name = "so\u{1B}]0;x\u{7}urce"
        alice.sources = [name]
        alice.knows([#"{"id":"a","payload":{"value_score":0.9}}"#, "broken"], in: name)
        _ = try alice.round()
        unlink(alice.folder("\(name)/skills-patterns.jsonl"))
        let report = try alice.round()
        #expect(report.collections.first?.heldRetractions != nil)
        #expect(report.text.contains("so?]0;x?urce"))
        #expect(!report.text.contains("\u{1B}"))
    }

    @Test("Lines stay lines in what is said")
    func lines() {
        #expect(Console.harmless("a\n\tb\u{9B}\n") == "a\n?b?\n")
    }

    @Test("A round with neither source nor sink says that instead of that nothing changed")
    func neither() throws {
        hub.say("bruno", "x", 0.9)
        alice.sources = []
        alice.sinks = []
        for _ in 0..<2 {
            let report = try alice.round()
            #expect(report.status == .ok)
            #expect(report.text.contains("neither --source nor --sink is given"))
            #expect(!report.text.contains("Nothing"))
        }
        #expect(try alice.round(.pull).text.contains("Nothing has changed since the last time."))
        alice.sinks = ["sink"]
        #expect(try !alice.round().text.contains("neither --source"))
        #expect(try alice.round().text.contains("Nothing has changed since the last time."))
    }

    @Test("A token file that is none is refused at once")
    func tokenFile() throws {
        let folder = TemporaryFolder()
        try #require(mkfifo(folder("pipe"), 0o600) == 0)
        for path in [folder("pipe"), "/dev/null", "/dev/zero", folder.path] {
            let error = #expect(throws: SpokeError.self) { try TokenFile(path).read() }
            #expect(error?.status == .configuration)
            #expect(error?.description.contains("is no file") == true)
        }
    }
}
