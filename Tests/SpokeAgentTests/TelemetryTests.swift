import Federation
import Glibc
import JSON
import Replication
import Settings
import SpokeAgent
import TestSupport
import Testing

@Suite("Telemetry")
struct TelemetryTests {
    let clock = TestClock()
    let hub: FakeHub
    let alice: Spoke

    init() {
        hub = FakeHub(clock: clock)
        alice = Spoke("alice", hub, clock)
        alice.sources = []
        alice.folder.write("log/keep", "")
        alice.otherSources = [TelemetrySource(path: alice.folder("log/events.jsonl"))]
    }

    /// One log, what was written to it, and the means to mistreat it.
    private final class Log {
        let folder: TemporaryFolder
        var generator: SplitMix64
        private(set) var written: Set<String> = []
        private var next = 0
        private var rotations = 0
        private var pending = ""

        init(_ folder: TemporaryFolder, seed: UInt64) {
            self.folder = folder
            generator = SplitMix64(seed: seed)
        }

        private var path: String { folder("log/events.jsonl") }

        private func append(_ text: String) {
            guard let file = fopen(path, "a") else { return }
            fputs(text, file)
            fclose(file)
        }

        func write() {
            next += 1
            let name = "event \(next)"
            // Lengths around what is compared of a file.
            let filler = String(repeating: "x", count: Int.random(in: 0..<1_500, using: &generator))
            let line =
                #"{"timestamp":"2025-12-20T10:00:00Z","query_type":"\#(name)","value_score":0.9,"#
                + #""pattern_extracted":true,"filler":"\#(filler)"}"# + "\n"
            if pending.isEmpty, Bool.random(using: &generator) {
                // The rest comes later.
                let cut = line.index(line.startIndex, offsetBy: Int.random(in: 1..<line.count, using: &generator))
                append(String(line[..<cut]))
                pending = String(line[cut...])
            } else {
                append(pending + line)
                pending = ""
            }
            written.insert(name)
        }

        /// Ends what was begun.
        func finish() {
            append(pending)
            pending = ""
        }

        func rotate() {
            finish()
            rotations += 1
            switch Int.random(in: 0..<3, using: &generator) {
            case 0:
                for number in stride(from: 40, to: 0, by: -1) {
                    rename(folder("log/events.jsonl.\(number)"), folder("log/events.jsonl.\(number + 1)"))
                }
                rename(path, folder("log/events.jsonl.1"))
            case 1: rename(path, folder("log/events.jsonl-2025\(1000 + rotations)"))
            default:
                guard let text = folder.read("log/events.jsonl") else { return }
                folder.write("log/events.jsonl-2025\(1000 + rotations)", text)
                truncate(path, 0)
            }
        }
    }

    @Test("However it is written, rotated, truncated and read, every event arrives, once", arguments: UInt64(1)...25)
    func rotation(seed: UInt64) throws {
        let log = Log(alice.folder, seed: seed)
        for _ in 0..<80 {
            switch Int.random(in: 0..<10, using: &log.generator) {
            case 0: log.rotate()
            case 1: _ = try alice.sync()
            default: log.write()
            }
        }
        log.finish()
        let report = try alice.sync()
        let said = hub.statements(of: "alice").values.compactMap { statement -> String? in
            guard let payload = statement.content?.payload, let root = try? JSONDocument(parsing: payload).root else {
                return nil
            }
            return root["query_type"]?.string
        }
        #expect(said.count == Set(said).count)
        #expect(Set(said) == log.written)
        #expect(report.scan?.reasons == [:])
        #expect(try alice.sync().push.sent == 0)
        #expect(report.push.retracted == 0)
    }

    private static let rules = """
        [{"name":"review","collection":"skills-patterns","events":["review_done"],
          "where":{"status":["approved","merged"],"score":{"atLeast":3},"text":{"longerThan":5,"differsFrom":"title"},
                   "draft":{"present":false},"rounds":{"atMost":2}},
          "id":"review_id","payload":{"skill_name":"title","description":"text","tags":"meta.tags"},"value":0.8}]
        """

    private func skill(_ event: String, by rules: String = TelemetryTests.rules) throws -> String? {
        let rules = try EventRule.rules(JSONDocument(parsing: Array(rules.utf8)).root, place: "telemetry")
        alice.otherSources = [TelemetrySource(path: alice.folder("log/events.jsonl"), rules: rules)]
        alice.folder.write("log/events.jsonl", event + "\n")
        _ = try alice.sync()
        return hub.statements(of: "alice").first.flatMap { $0.value.content }
            .map { String(decoding: $0.payload, as: UTF8.self) }
    }

    @Test("A rule of one's own says which events are patterns and what of them is shared")
    func ownRule() throws {
        let event =
            #"{"event_type":"review_done","status":"merged","score":4,"title":"t","text":"long enough","review_id":9,"#
            + #""meta":{"tags":["a"]},"secret":"no"}"#
        #expect(
            try skill(event) == #"{"description":"long enough","skill_name":"t","tags":["a"],"value_score":0.8}"#
        )
    }

    @Test(
        "What does not meet its conditions is none",
        arguments: [
            (#""status":"merged""#, #""status":"open""#), (#""score":4"#, #""score":2"#), (#""score":4,"#, ""),
            ("long enough", "short"), ("long enough", "t"), (#""score":4"#, #""score":4,"draft":true"#),
            (#""score":4"#, #""score":4,"rounds":3"#), ("review_done", "review_begun"),
        ]
    )
    func unmetConditions(part: String, replacement: String) throws {
        let event =
            #"{"event_type":"review_done","status":"merged","score":4,"title":"t","text":"long enough","review_id":9}"#
        #expect(try skill(event.replacing(part, with: replacement)) == nil)
    }

    @Test(
        "Rules that are not right are named",
        arguments: [
            (#"{}"#, "'telemetry' is no list"),
            (#"[{"collection":"a"}]"#, "'telemetry[0].name' is missing"),
            (#"[{"name":"a"}]"#, "'telemetry[0].collection' is missing"),
            (#"[{"name":"a","collection":"a","event":["b"]}]"#, "there is no setting 'telemetry[0].event'; did"),
            (#"[{"name":"a","collection":"a","value":2}]"#, "'telemetry[0].value': a value is between 0 and 1"),
            (#"[{"name":"a","collection":"a","payload":{"b":1}}]"#, "'telemetry[0].payload.b' is no text"),
            (#"[{"name":"a","collection":"a","where":{"b":{"least":1}}}]"#, "there is no setting 'telemetry[0].where"),
            (#"[{"name":"a","collection":"a"},{"name":"a","collection":"a"}]"#, "'telemetry[1].name' is another"),
        ]
    )
    func refusedRules(text: String, words: String) throws {
        let node = try JSONDocument(parsing: Array(text.utf8)).root
        let error = #expect(throws: InvalidSetting.self) { try EventRule.rules(node, place: "telemetry") }
        #expect(error?.description.hasPrefix(words) == true, "\(error?.description ?? "")")
    }

    @Test("With other rules the log is read again, and what was said before stays said")
    func otherRules() throws {
        let line = #"{"event":"noted","text":"a first thing","id":"x"}"#
        let rule = #"[{"name":"n","collection":"skills-patterns","events":["noted"],"payload":["text"],"value":0.9}]"#
        #expect(try skill(line, by: rule) == #"{"text":"a first thing","value_score":0.9}"#)
        let other = rule.replacing("0.9", with: "0.8")
        #expect(try skill(line, by: other) == #"{"text":"a first thing","value_score":0.8}"#)
        #expect(hub.statements(of: "alice").count == 1)
        #expect(try skill(line, by: rule.replacing("noted", with: "other")) != nil)
    }

    @Test("A task is the same task whatever its letter case and its time")
    func sameTask() throws {
        func task(_ prompt: String, _ time: String) -> String {
            #"{"timestamp":"\#(time)","event":"task_completed","task":{"prompt":"\#(prompt) a NixOS module for it","#
                + #""output":"Here is the module"},"total_iterations":1,"value_score":0.9}"#
        }
        alice.folder.write(
            "log/events.jsonl",
            task("Write", "2025-12-20T10:00:00Z") + "\n" + task("WRITE", "2025-12-21T10:00:00Z") + "\n"
        )
        _ = try alice.sync()
        #expect(hub.statements(of: "alice").count == 1)
        #expect(hub.statements(of: "alice").first.map { $0.value.content?.value } == 0.9)
    }
}
