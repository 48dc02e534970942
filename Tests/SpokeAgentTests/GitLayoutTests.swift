import Federation
import Glibc
import JSON
import Replication
import SpokeAgent
import Testing

@Suite("A team's repository")
struct GitLayoutTests {
    let clock = TestClock()
    let hub: FakeHub
    let alice: Spoke

    init() {
        hub = FakeHub(clock: clock)
        alice = Spoke("alice", hub, clock)
        alice.sources = []
        alice.otherSources = [GitSource(folder: alice.folder("repository"))]
    }

    private func snapshot(_ text: String, _ name: String = "skills-patterns-2025-12-20.json") {
        alice.folder.write("repository/data/collections/snapshots/\(name)", text)
    }

    private func link(_ target: String) {
        symlink(target, alice.folder("repository/data/collections/snapshots/skills-patterns-latest.json"))
    }

    private func said() -> [String] { hub.statements(of: "alice").filter { $0.value.content != nil }.keys.sorted() }

    @Test("Points are found wherever they fall into the portions that are read")
    func portions() throws {
        // Strings with all that could be taken for structure, of lengths that put each somewhere else.
        let points = (0..<400).map { number in
            let text = String(repeating: #"\"}]\\"#, count: number)
            return #"{"id": \#(number), "payload": {"value_score": 0.9, "points": [{"result": "\#(text)"}]}}"#
        }
        snapshot(
            #"{"time": 0.1, "usage": {"points": [1]}, "result": {"next_page_offset": null, "points": [\#n"#
                + points.joined(separator: ",\n") + #"]}, "status": "ok"}"#
        )
        link("skills-patterns-2025-12-20.json")
        let report = try alice.sync()
        #expect(report.scan?.unreadable == 0)
        #expect(said().count == 400)
    }

    @Test("Wherever a snapshot is cut off, nothing is taken back")
    func cuts() throws {
        let whole =
            #"{"result": {"points": [{"id": "a", "payload": {"value_score": 0.9}}, "#
            + #"{"id": "b", "payload": {"value_score": 0.9}}], "next_page_offset": null}, "status": "ok"}"#
        snapshot(whole)
        link("skills-patterns-2025-12-20.json")
        _ = try alice.sync()
        #expect(said() == ["a", "b"])
        for length in 0..<whole.utf8.count {
            snapshot(String(decoding: Array(whole.utf8)[..<length], as: UTF8.self))
            let report = try alice.sync()
            #expect(report.push.retracted == 0)
            #expect(report.status == .partial, "\(length)")
        }
        #expect(said() == ["a", "b"])
    }

    @Test(
        "What is no snapshot is said to be none",
        arguments: [
            ("[]", "no result.points"), ("{}", "no result.points"), (#"{"result":{"points":[1,[2]]}}"#, "is no object"),
            (#"{"result":{"points":[]}}]"#, "is no JSON"), (#"{"result":{"points":[]}}{"#, "goes on behind its end"),
        ]
    )
    func foreign(text: String, words: String) throws {
        snapshot(text)
        let scan = try alice.sync().scan
        #expect(scan?.badLines.first?.detail.contains(words) == true, "\(scan?.badLines ?? [])")
    }

    @Test("The newest snapshot counts, in both spellings of its date, and only the collection's own")
    func newest() throws {
        func points(_ id: String) -> String {
            #"{"result":{"points":[{"id":"\#(id)","payload":{"value_score":0.9}}]}}"#
        }
        snapshot(points("old"), "skills-patterns-2025-12-20.json")
        snapshot(points("new"), "skills-patterns-20251220-101112.json")
        snapshot(points("other"), "skills-patterns-more-2026-01-01.json")
        snapshot(points("none"), "skills-patterns-2026.json")
        snapshot(points("spoke"), "skills-patterns-2024-01-01.json")
        _ = try alice.sync()
        #expect(said() == ["new"])
        link("skills-patterns-2025-12-20.json")
        _ = try alice.sync()
        #expect(said() == ["old"])
    }

    @Test("Lines of each shape are read, and what a spoke wrote is told from what a person wrote")
    func shapes() throws {
        hub.say("bruno", "shared", 0.9)
        alice.folder.write(
            "repository/patterns/skills-patterns.jsonl",
            [
                #"{"pattern_id":"doc","value_score":0.9,"content":"c","metadata":{"a":1}}"#,
                #"{"id":"plain","payload":{"value_score":0.9}}"#,
                #"{"pattern_id":"broken","value_score":0.9,"n":9007199254740993}"#,
                #"{"event":"other","timestamp":"2025-12-20T10:00:00Z"}"#, "no JSON",
            ].joined(separator: "\n")
        )
        let report = try alice.sync()
        #expect(said() == ["doc", "plain"])
        #expect(report.scan?.badLines.map(\.line) == [3, 5])
        #expect(report.scan?.reasons == ["event-other": 1])
        let payload = hub.statements(of: "alice")["doc"]?.content?.payload ?? []
        #expect(String(decoding: payload, as: UTF8.self) == #"{"content":"c","metadata":{"a":1},"value_score":0.9}"#)
    }
}
