import Federation
import Replication
import SpokeAgent
import Testing

@Suite("State")
struct StateTests {
    let clock = TestClock()
    let hub: FakeHub
    let alice: Spoke

    init() {
        hub = FakeHub(clock: clock)
        alice = Spoke("alice", hub, clock)
    }

    private var versions: [String: ContributionVersion] { hub.statements(of: "alice").mapValues(\.version) }

    @Test("With its state deleted a spoke sends nothing again and continues its revisions")
    func deletedState() throws {
        alice.knows(["a": 0.9, "b": 0.9, "gone": 0.9])
        _ = try alice.sync()
        alice.knows(["a": 0.9, "b": 0.9])
        _ = try alice.sync()
        let before = versions
        alice.deleteState()
        let report = try alice.sync()
        #expect(report.push.sent == 0)
        #expect(report.unchanged == 2)
        #expect(versions == before)
        clock.advance(.seconds(-50_000))
        alice.knows(["a": 0.8, "b": 0.9])
        #expect(try alice.sync().push.accepted == 1)
        #expect(versions["a"]?.revision == (before["a"]?.revision ?? 0) + 1)
        #expect(try alice.sync().push.retracted == 0)
    }

    @Test("With its state deleted a spoke still takes back what is gone")
    func deletedStateAndGone() throws {
        alice.knows(["a": 0.9, "b": 0.9])
        _ = try alice.sync()
        alice.deleteState()
        alice.knows(["b": 0.9])
        #expect(try alice.sync().push.retracted == 1)
    }

    @Test("A damaged state is moved aside, said, and rebuilt")
    func damagedState() throws {
        alice.knows(["a": 0.9])
        hub.say("bruno", "x", 0.9)
        _ = try alice.sync()
        let before = versions
        let learned = alice.learned()
        alice.folder.write("state/state.sqlite", String(repeating: "no database at all", count: 4_000))
        let report = try alice.sync()
        #expect(alice.notices.count == 1)
        #expect(alice.notices.first?.contains("rebuilt") == true)
        #expect(alice.folder.names("state").contains { $0.hasPrefix("state.sqlite.damaged-") })
        #expect(report.push.sent == 0)
        #expect(versions == before)
        #expect(alice.learned() == learned)
    }

    @Test("A state that is damaged inside is moved aside and rebuilt too")
    func damagedInside() throws {
        alice.knows(Dictionary(uniqueKeysWithValues: (0..<500).map { ("p\($0)", 0.9) }))
        _ = try alice.sync()
        let before = versions
        alice.folder.scribble("state/state.sqlite", from: 9_000, count: 30_000)
        #expect(try alice.sync().push.sent == 0)
        #expect(alice.notices.count == 1)
        #expect(versions == before)
        #expect(alice.learned()?.split(separator: "\n").count == 500)
    }

    @Test("The state is for its owner alone")
    func permissions() throws {
        _ = try alice.sync()
        #expect(alice.folder.mode("state") == 0o700)
        #expect(alice.folder.mode("state/state.sqlite") == 0o600)
    }

    @Test("A state folder serves one spoke at a time")
    func lock() throws {
        let folder = StateFolder(alice.folder("state"))
        var first: FolderLock? = try folder.lock()
        #expect(first != nil)
        let error = #expect(throws: SpokeError.self) { try folder.lock() }
        #expect(error?.status == .failure)
        #expect(error?.description.contains("another tributary-spoke") == true)
        first = nil
        #expect(throws: Never.self) { try folder.lock() }
    }

    @Test("When the hub lost what a spoke said, it is said again under the same revision")
    func hubLostContributions() throws {
        alice.knows(["a": 0.9, "b": 0.9])
        _ = try alice.sync()
        let before = versions
        // The hub comes back from a backup that is older than b.
        hub.contributions[.skills] = hub.contributions[.skills]?.filter { $0.key.id.description == "a" }
        hub.winners[.skills] = hub.winners[.skills]?.filter { $0.key.description == "a" }
        hub.epoch = Array(repeating: 8, count: 16)
        clock.advance(.seconds(500))
        let report = try alice.sync()
        #expect(report.push.accepted == 1)
        #expect(versions == before)
        #expect(alice.learned()?.split(separator: "\n").count == 2)
    }

    @Test("When the hub's history changes in the middle of a round, the round is made anew")
    func historyChangesMeanwhile() throws {
        alice.knows(["a": 0.9])
        hub.say("bruno", "x", 0.9)
        _ = try alice.sync()
        let before = versions
        hub.say("bruno", "y", 0.9)
        hub.contributions[.skills] = hub.contributions[.skills]?.filter { $0.key.origin.text == "bruno" }
        hub.winners[.skills]?[try PatternID("a")] = nil
        hub.faults = [("winners", .problem(409, "cursor-reset", retryAfter: nil))]
        let report = try alice.sync()
        #expect(report.status == .ok)
        #expect(versions == before)
        #expect(alice.learned()?.contains(#""id":"y""#) == true)
    }

    @Test("An older statement at the hub is caught up with under the newer revision that was sent")
    func hubHasOlder() throws {
        alice.knows(["a": 0.9])
        _ = try alice.sync()
        let old = hub.contributions
        alice.knows(["a": 0.8])
        _ = try alice.sync()
        let before = versions
        hub.contributions = old
        hub.epoch = Array(repeating: 8, count: 16)
        #expect(try alice.sync().push.accepted == 1)
        #expect(versions == before)
    }

    @Test("Another hub or another node starts over, and says so")
    func otherHub() throws {
        alice.knows(["a": 0.9])
        hub.say("bruno", "x", 0.9)
        _ = try alice.sync()
        let other = FakeHub(clock: clock)
        other.hub = "22222222-2222-4222-8222-222222222222"
        let moved = Spoke("alice", other, clock, folder: alice.folder)
        let report = try moved.round()
        #expect(report.notes.contains { $0.contains("another hub or node") })
        #expect(other.statements(of: "alice").count == 1)
        #expect(moved.learned()?.contains(#""id":"x""#) == false)
        let renamed = Spoke("anna", other, clock, folder: alice.folder)
        #expect(try renamed.round().notes.contains { $0.contains("another hub or node") })
        #expect(other.statements(of: "anna").count == 1)
    }

    @Test("A new policy is applied to files that did not change")
    func newPolicy() throws {
        alice.knows(["a": 0.9, "b": 0.75])
        _ = try alice.sync()
        hub.policies[.skills]?.threshold = 0.8
        #expect(try alice.sync().push.retracted == 1)
        hub.policies[.skills]?.threshold = 0.5
        #expect(try alice.sync().push.accepted == 1)
    }

    @Test("What hub and sources tell again can be forgotten; what was read from a log that is gone is kept")
    func rebuilding() throws {
        let event = #"{"query_type":"once","value_score":0.9,"pattern_extracted":true}"#
        alice.folder.write("log/events.jsonl", event + "\n")
        alice.otherSources = [TelemetrySource(path: alice.folder("log/events.jsonl"))]
        alice.knows(["a": 0.9])
        hub.say("bruno", "x", 0.9)
        _ = try alice.round()
        let before = hub.contributions.mapValues { $0.mapValues(\.contribution) }
        #expect(before.values.contains { $0.count == 1 || $0.count == 3 })
        alice.folder.write("log/events.jsonl", "")
        _ = try alice.round()
        try alice.state().forgetDerived()
        #expect(try alice.state().winner(of: .skills, PatternID("x")) == nil)
        clock.advance(.seconds(500))
        #expect(try alice.round().status == .ok)
        #expect(hub.contributions.mapValues { $0.mapValues(\.contribution) } == before)
        #expect(alice.learned()?.contains(#""id":"x""#) == true)
        // A hub that has nothing is told everything.
        hub.contributions = [:]
        hub.winners = [:]
        hub.epoch = Array(repeating: 9, count: 16)
        _ = try alice.round()
        let own = before.mapValues { $0.filter { $0.key.origin.text == "alice" } }
        #expect(hub.contributions.mapValues { $0.mapValues(\.contribution) } == own)
    }

    @Test("The status tells without the hub what is offered, pending, refused and held")
    func status() throws {
        alice.knows(["a": 0.9, "b": 0.9, "odd": 0.9])
        hub.say("bruno", "x", 0.9)
        hub.refuse = { $0.description == "odd" ? ItemRefusal(code: "no", detail: "", isRetryable: false) : nil }
        _ = try alice.sync()
        hub.log = []
        let report = try StateReport(alice.state())
        #expect(hub.log.isEmpty)
        #expect(report.node == "alice")
        #expect(report.entries.first?.offered == 2)
        #expect(report.entries.first?.held.map(\.count) == [1])
        #expect(report.entries.first?.winners == 3)
        #expect(report.lastError == nil)
        hub.faults = (0..<TransferLimits.tries).map { _ in ("manifest", .lostRequest) }
        _ = try alice.round()
        #expect(try StateReport(alice.state()).lastError?.contains("manifest") == true)
    }
}
