import Federation
import Glibc
import JSON
import Replication
import SpokeAgent
import Testing

@Suite("Checkpoints")
struct CheckpointTests {
    private static let path = "/v1/collections/skills-patterns/checkpoint"

    let clock = TestClock()
    let hub: FakeHub
    let alice: Spoke

    init() {
        hub = FakeHub(clock: clock)
        alice = Spoke("alice", hub, clock)
        hub.say("bruno", "x", 0.9)
        alice.knows(["own": 0.9])
    }

    private var reported: String? { hub.checkpoints?["alice skills-patterns"] }
    private var head: String { hub.cursor(.winners, .skills, hub.winnerHead(.skills)) }
    private var reports: Int { hub.log.count { $0.hasPrefix(CheckpointTests.path) } }

    private func isReported() throws -> Bool? { try StateReport(alice.state()).entries.first?.isReported }

    @Test("The hub is told once what was applied, and again when that is more")
    func told() throws {
        _ = try alice.sync()
        #expect(reported == head)
        #expect(try isReported() == true)
        hub.log = []
        _ = try alice.sync()
        #expect(hub.log == ["/v1/manifest 0"])
        hub.say("bruno", "y", 0.9)
        _ = try alice.sync()
        #expect(reported == head)
        #expect(reports == 1)
    }

    @Test(
        "A report that fails is made by the next round and fails nothing else",
        arguments: [
            FakeHub.Fault.lostRequest, .lostReply, .problem(503, "overloaded", retryAfter: 7),
            .problem(500, "internal-error", retryAfter: nil), .problem(403, "forbidden", retryAfter: nil),
            .problem(404, "collection-unknown", retryAfter: nil),
        ]
    )
    func failed(_ fault: FakeHub.Fault) throws {
        hub.faults = [("checkpoint", fault)]
        let report = try alice.sync()
        #expect(report.status == .ok)
        #expect(report.checkpointProblem != nil)
        #expect(clock.pauses.isEmpty)
        #expect(alice.learned() != nil)
        #expect(try isReported() == false)
        let again = try alice.sync()
        #expect(again.checkpointProblem == nil)
        #expect(reported == head)
        #expect(try isReported() == true)
    }

    @Test("A report that failed is told to people and to programs")
    func failureIsTold() throws {
        hub.faults = [("checkpoint", .lostRequest)]
        let report = try alice.round()
        #expect(report.text.contains("the hub could not be told"))
        #expect(report.line.contains("the hub could not be told"))
        #expect(report.line.hasPrefix("sync ok: pushed 1, learned 1 (from bruno 1): "))
        let root = try JSONDocument(parsing: report.json.bytes).root
        #expect(root["status"]?.string == "ok")
        #expect(root["collections"]?.elements.first?["checkpoint_error"]?.string?.contains("ended") == true)
    }

    @Test("Nothing is reported while a sink is behind")
    func sinkFirst() throws {
        alice.folder.write("sink", "in the way of the folder")
        let behind = try alice.sync()
        #expect(behind.problem?.description.contains("sink") == true && behind.status == .configuration)
        #expect(reports == 0)
        unlink(alice.folder("sink"))
        _ = try alice.sync()
        #expect(reported == head)
    }

    @Test("Without a sink, what is held is what was applied")
    func withoutSink() throws {
        alice.sinks = []
        _ = try alice.sync()
        #expect(reported == head)
    }

    @Test("Nothing is reported of a pull that did not come to its end")
    func cutOff() throws {
        for index in 0..<12 { hub.say("bruno", "p\(index)", 0.9) }
        hub.faults = [("winners", .cut(afterLines: 8))] + (0..<9).map { _ in ("winners", .lostRequest) }
        clock.advance(.seconds(60))
        #expect(try alice.round().status == .unreachable)
        #expect(reports == 0)
    }

    @Test("A hub that is too old is asked once in a process, and that is no error", arguments: [404, 405])
    func oldHub(_ status: Int) throws {
        let code = status == 404 ? "not-found" : "method-not-allowed"
        hub.faults = [("checkpoint", .problem(status, code, retryAfter: nil))]
        let agent = try alice.agent()
        let report = agent.round(.sync)
        #expect(report.status == .ok)
        #expect(report.collections.first?.checkpointProblem == nil)
        hub.say("bruno", "y", 0.9)
        _ = agent.round(.sync)
        #expect(reports == 1)
        #expect(try isReported() == false)
        // The next process asks again: the hub may be a newer one by then.
        _ = try alice.sync()
        #expect(reported == head)
    }

    @Test("A node enrolled anew reports what it has, though its position is the same")
    func enrolledAnew() throws {
        _ = try alice.sync()
        let before = reported
        hub.incarnation = 2
        hub.checkpoints = [:]
        _ = try alice.sync()
        #expect(reported != nil)
        #expect(reported == before)
    }

    @Test("After the hub's history changed, or at another hub, the position is reported anew")
    func historyChanged() throws {
        _ = try alice.sync()
        hub.epoch = Array(repeating: 8, count: 16)
        hub.checkpoints = [:]
        _ = try alice.sync()
        #expect(reported == head)
        let other = FakeHub(clock: clock)
        other.hub = "22222222-2222-4222-8222-222222222222"
        other.epoch = hub.epoch
        other.say("bruno", "x", 0.9)
        _ = try Spoke("alice", other, clock, folder: alice.folder).sync()
        let newHead = other.cursor(.winners, .skills, other.winnerHead(.skills))
        #expect(other.checkpoints?["alice skills-patterns"] == newHead)
    }

    @Test("A pull that follows the hub's news reports too")
    func follows() throws {
        let agent = try alice.agent()
        _ = agent.round(.sync)
        hub.say("bruno", "y", 0.9)
        guard case .document(let manifest, let tag) = try alice.client().manifest(unless: nil) else { return }
        _ = agent.follow(manifest, entityTag: tag)
        #expect(reported == head)
    }

    @Test("A push alone reports nothing")
    func pushOnly() throws {
        alice.knows(["a": 0.9])
        _ = try alice.round(.push)
        #expect(reports == 0)
    }
}
