import Federation
import Replication
import SQLite
import SpokeAgent
import Testing

@Suite("Numbers out of place")
struct NumberTests {
    let clock = TestClock()
    let hub: FakeHub
    let alice: Spoke

    init() throws {
        hub = FakeHub(clock: clock)
        alice = Spoke("alice", hub, clock)
        alice.knows(["a": 0.9, "b": 0.9, "gone": 0.9])
        _ = try alice.sync()
    }

    private func revision(_ id: String) -> Int64? { hub.statements(of: "alice")[id]?.version.revision }

    private func change(_ sql: String) throws {
        try SQLiteDatabase(path: alice.folder("state/state.sqlite")).execute(sql)
    }

    @Test("No revision follows the greatest: the pattern is held back, and the others go on", arguments: [0, 1])
    func greatest(_ below: Int64) throws {
        let greatest = Int64.max - below
        try change("UPDATE offered SET revision = \(greatest), accepted_revision = \(greatest) WHERE id <> 'b'")
        alice.knows(["a": 0.8, "b": 0.8])
        let report = try alice.sync()
        #expect(report.push.accepted == 1)
        #expect(report.push.sent == 1)
        #expect(report.status == .partial)
        #expect(report.held.map(\.code) == ["revisions-exhausted"])
        #expect(report.held.map(\.count) == [2])
        #expect(report.held.first?.exampleDetail.contains("delete the --state folder") == true)
        #expect(try alice.sync().push.sent == 0)
        alice.deleteState()
        let healed = try alice.sync()
        #expect(healed.push.accepted == 1)
        #expect(healed.push.retracted == 1)
        #expect(healed.status == .ok)
    }

    @Test("A pending statement with the greatest revision is numbered anew")
    func greatestPending() throws {
        let before = try #require(revision("a"))
        try change(
            "UPDATE offered SET revision = \(Int64.max), state = 1 WHERE id = 'a'; UPDATE collections SET scan_key = NULL"
        )
        let report = try alice.sync()
        #expect(report.push.accepted == 1)
        #expect(revision("a").map { $0 > before && $0 <= clock.now.microseconds } == true)
    }

    @Test("The greatest revision from the hub is not believed, and nothing follows the one before it")
    func greatestFromHub() throws {
        let key = ContributionKey(id: try PatternID("a"), origin: try #require(NodeName("alice")))
        hub.contributions[.skills]?[key]?.contribution.version.revision = Int64.max - 1
        alice.deleteState()
        alice.knows(["a": 0.8, "b": 0.9, "gone": 0.9])
        let report = try alice.sync()
        #expect(report.held.map(\.code) == ["revisions-exhausted"])
        hub.contributions[.skills]?[key]?.contribution.version.revision = Int64.max
        alice.deleteState()
        #expect(try alice.sync().status == .integrity)
    }

    @Test("A count or generation that a damaged state made up does no harm")
    func counts() throws {
        try change("UPDATE collections SET winner_count = \(Int64.max), generation = \(Int64.max), cursor = NULL")
        hub.say("bruno", "new", 0.9)
        let report = try alice.sync()
        #expect(report.winners == 4)
        #expect(report.status == .ok)
        try change("UPDATE collections SET winner_count = \(Int64.max)")
        hub.say("bruno", "newer", 0.9)
        #expect(try alice.sync().winners == 5)
    }

    @Test("Numbers that lie in the future only here are made anew above the hub's, within the round")
    func ahead() throws {
        let before = try #require(revision("a"))
        let future = clock.now.microseconds + 10 * 24 * 3_600 * 1_000_000
        try change("UPDATE offered SET revision = \(future), accepted_revision = \(future)")
        alice.knows(["a": 0.8, "b": 0.9])
        let report = try alice.sync()
        #expect(report.push.retracted == 1)
        #expect(report.status == .ok)
        #expect(report.refused == 0)
        #expect(hub.statements(of: "alice")["a"]?.content?.value == 0.8)
        #expect(revision("a") == clock.now.microseconds)
        #expect(before < clock.now.microseconds)
        hub.log = []
        clock.advance(.seconds(60))
        _ = try alice.sync()
        #expect(!hub.log.contains { $0.contains("contributions") })
    }

    @Test("Where the hub's own record is that far ahead, the round ends and says so")
    func hubAhead() throws {
        let key = ContributionKey(id: try PatternID("a"), origin: try #require(NodeName("alice")))
        let future = clock.now.microseconds + 10 * 24 * 3_600 * 1_000_000
        hub.contributions[.skills]?[key]?.contribution.version.revision = future
        alice.deleteState()
        alice.knows(["a": 0.8, "b": 0.9, "gone": 0.9])
        let report = try alice.sync()
        #expect(report.held.map(\.code) == ["clock-ahead"])
        #expect(report.held.map(\.isRetried) == [true])
        #expect(revision("a") == future)
    }
}
