import Federation
import Glibc
import Replication
import SpokeAgent
import Testing

@Suite("Retractions")
struct RetractionTests {
    let clock = TestClock()
    let hub: FakeHub
    let alice: Spoke

    init() {
        hub = FakeHub(clock: clock)
        alice = Spoke("alice", hub, clock)
    }

    private var live: [String] {
        hub.statements(of: "alice").filter { $0.value.content != nil }.keys.sorted()
    }

    private func knowsMany(_ count: Int) {
        alice.knows(Dictionary(uniqueKeysWithValues: (0..<count).map { ("p\($0)", 0.9) }))
    }

    @Test("What is gone, has lost its value or fell below the threshold is taken back")
    func takesBack() throws {
        alice.knows(["stays": 0.9, "goes": 0.9, "falls": 0.9, "fades": 0.9, "ends": 0.9])
        _ = try alice.sync()
        alice.knows([
            #"{"id":"stays","payload":{"value_score":0.9}}"#, #"{"id":"falls","payload":{"value_score":0.1}}"#,
            #"{"id":"fades","payload":{}}"#, #"{"id":"ends","retracted":true}"#,
        ])
        let report = try alice.sync()
        #expect(report.push.retracted == 4)
        #expect(live == ["stays"])
        #expect(try alice.sync().push.sent == 0)
    }

    @Test("What comes back after it was taken back is offered again under a higher revision")
    func comesBack() throws {
        alice.knows(["a": 0.9, "b": 0.9])
        _ = try alice.sync()
        alice.knows(["b": 0.9])
        _ = try alice.sync()
        let retraction = hub.statements(of: "alice")["a"]?.version.revision ?? 0
        alice.knows(["a": 0.9, "b": 0.9])
        #expect(try alice.sync().push.accepted == 1)
        #expect(live == ["a", "b"])
        #expect((hub.statements(of: "alice")["a"]?.version.revision ?? 0) > retraction)
    }

    @Test("A missing file or folder takes nothing back, and says so")
    func missingFile() throws {
        alice.knows(["a": 0.9])
        _ = try alice.sync()
        unlink(alice.folder("source/skills-patterns.jsonl"))
        let report = try alice.sync()
        #expect(report.push.sent == 0)
        #expect(report.heldRetractions?.count == 1)
        #expect(report.status == .partial)
        rmdir(alice.folder("source"))
        alice.confirmsRetractions = true
        let again = try alice.round()
        #expect(again.status == .partial)
        #expect(again.notes.contains { $0.contains("source folder") })
        #expect(live == ["a"])
        alice.knows(["a": 0.9])
        #expect(try alice.sync().status == .ok)
    }

    @Test("While one of several sources is missing, nothing is taken back")
    func oneOfSeveralIsMissing() throws {
        alice.sources = ["source", "more"]
        alice.knows(["a": 0.9])
        alice.knows([#"{"id":"b","payload":{"value_score":0.9}}"#], in: "more")
        _ = try alice.sync()
        unlink(alice.folder("more/skills-patterns.jsonl"))
        #expect(try alice.sync().heldRetractions?.reason == .fileMissing([alice.folder("more/skills-patterns.jsonl")]))
        #expect(live == ["a", "b"])
    }

    @Test("A source that is no longer given keeps its patterns until that is confirmed")
    func droppedSource() throws {
        alice.sources = ["source", "more"]
        alice.knows(["a": 0.9])
        alice.knows([#"{"id":"b","payload":{"value_score":0.9}}"#], in: "more")
        _ = try alice.sync()
        alice.sources = ["source"]
        #expect(try alice.sync().heldRetractions?.count == 1)
        #expect(live == ["a", "b"])
        alice.confirmsRetractions = true
        #expect(try alice.sync().push.retracted == 1)
        alice.confirmsRetractions = false
        #expect(try alice.sync().status == .ok)
        #expect(live == ["a"])
    }

    @Test("An empty file takes back what it held")
    func emptyFile() throws {
        alice.knows(["a": 0.9])
        _ = try alice.sync()
        alice.knows([String]())
        #expect(try alice.sync().push.retracted == 1)
    }

    @Test("Unusually many retractions wait for a confirmation")
    func guarded() throws {
        knowsMany(400)
        _ = try alice.sync()
        knowsMany(299)
        let report = try alice.sync()
        #expect(report.push.retracted == 0)
        #expect(report.heldRetractions?.count == 101)
        #expect(report.heldRetractions?.reason == .tooMany(live: 400))
        #expect(report.heldRetractions?.description.contains("--confirm-retractions") == true)
        #expect(try alice.sync().heldRetractions?.count == 101)
        alice.confirmsRetractions = true
        #expect(try alice.sync().push.retracted == 101)
    }

    @Test("A file that was emptied or cut waits for a confirmation, also where there are few", arguments: [0, 18])
    func emptied(_ left: Int) throws {
        knowsMany(30)
        _ = try alice.sync()
        knowsMany(left)
        let report = try alice.sync()
        #expect(report.push.retracted == 0)
        #expect(report.heldRetractions?.reason == .tooMany(live: 30))
        #expect(report.status == .partial)
    }

    @Test("Up to ten, or a fifth of all, go without a confirmation", arguments: [(10, 0), (30, 20), (1_000, 800)])
    func unguarded(_ before: Int, _ after: Int) throws {
        knowsMany(before)
        _ = try alice.sync()
        knowsMany(after)
        #expect(try alice.sync().push.retracted == Int64(before - after))
    }

    @Test("While a line cannot be read at all, nothing is taken back")
    func unreadableLine() throws {
        alice.knows(["a": 0.9, "b": 0.9])
        _ = try alice.sync()
        alice.knows([#"{"id":"b","payload":{"value_score":0.9}}"#, #"{"id":"a","payl"#])
        let report = try alice.sync()
        #expect(report.heldRetractions?.reason == .unreadableLines)
        #expect(live == ["a", "b"])
        alice.knows([#"{"id":"b","payload":{"value_score":0.9}}"#])
        #expect(try alice.sync().push.retracted == 1)
    }

    @Test("A line that is refused but names its pattern protects that pattern alone")
    func refusedLine() throws {
        alice.knows(["a": 0.9, "b": 0.9, "c": 0.9])
        _ = try alice.sync()
        alice.knows([
            #"{"id":"a","payload":{"value_score":7}}"#,
            #"{"id":"b","payload":{"value_score":0.9,"n":99999999999999999999}}"#,
        ])
        #expect(try alice.sync().push.retracted == 1)
        #expect(live == ["a", "b"])
    }

    @Test("A retraction whose reply was lost is sent again under the same revision")
    func lostRetraction() throws {
        alice.knows(["a": 0.9, "b": 0.9])
        _ = try alice.sync()
        alice.knows(["b": 0.9])
        hub.faults = (0..<TransferLimits.tries).map { _ in ("contributions", .lostReply) }
        clock.advance(.seconds(60))
        #expect(try alice.round().status == .unreachable)
        let sent = hub.statements(of: "alice")["a"]?.version
        #expect(try alice.sync().push.unchanged == 1)
        #expect(hub.statements(of: "alice")["a"]?.version == sent)
    }
}
