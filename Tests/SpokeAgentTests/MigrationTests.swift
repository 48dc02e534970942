import Federation
import Replication
import SQLite
import SpokeAgent
import Testing

@Suite("States of earlier versions")
struct MigrationTests {
    let clock = TestClock()
    let hub: FakeHub
    let alice: Spoke

    init() throws {
        clock.now = try #require(Timestamp(FirstState.began))
        hub = FakeHub(clock: clock)
        alice = Spoke("alice", hub, clock)
    }

    /// Does again what had happened when the state was written; returns the sink file that followed.
    private func repeatHistory() throws -> String? {
        hub.say("bruno", "9", 0.8)
        hub.say("chika", "skill-123", 0.95)
        hub.refuse = { id in
            id.description == "odd" ? ItemRefusal(code: "no-way", detail: "it cannot be", isRetryable: false) : nil
        }
        let present = Spoke("alice", hub, clock)
        present.knows(["own": 0.9, "odd": 0.9])
        _ = try present.sync()
        hub.log = []
        hub.checkpoints = [:]
        return present.learned()
    }

    @Test(
        "An earlier version's state goes on: nothing is pulled or sent again, and the sink gets the same bytes",
        arguments: EarlierState.versions
    )
    func first(_ version: Int) throws {
        let learned = try repeatHistory()
        try EarlierState.write(version, into: alice.folder)
        alice.knows(["own": 0.9, "odd": 0.9])
        let report = try alice.sync()
        let reports = EarlierState.isReported(version) ? [] : ["/v1/collections/skills-patterns/checkpoint 0"]
        #expect(hub.log == ["/v1/manifest 0"] + reports)
        #expect(report.held.map(\.code) == ["no-way"])
        #expect(report.winners == 3)
        #expect(alice.learned() == learned)
        #expect(learned?.contains("parents") == false)
        let state = try alice.state()
        #expect(try state.winner(of: .skills, PatternID("skill-123"))?.parents == [])
        #expect(alice.notices.isEmpty)
    }

    @Test("A migrated state has the tables of a new one", arguments: EarlierState.versions)
    func schema(_ version: Int) throws {
        func tables(_ folder: TemporaryFolder) throws -> [String] {
            let database = try SQLiteDatabase(path: folder("state/state.sqlite"))
            let statement = try database.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
            var found = ["version \(try database.userVersion)"]
            while try statement.step() { found.append(statement.string(0)) }
            return found
        }
        try EarlierState.write(version, into: alice.folder)
        _ = try alice.state()
        let new = Spoke("alice", hub, clock)
        _ = try new.state()
        #expect(try tables(alice.folder) == tables(new.folder))
        #expect(try tables(new.folder).first == "version \(SpokeState.schemaVersion)")
    }

    @Test("A migrated state takes what the first version did not know")
    func goesOn() throws {
        _ = try repeatHistory()
        try FirstState.write(into: alice.folder)
        hub.say("bruno", "skill-123", 0.9)
        try hub.merge("skill-123", #"{"value_score":0.95}"#, of: ["bruno", "chika"])
        _ = try alice.sync()
        let winner = try alice.state().winner(of: .skills, PatternID("skill-123"))
        #expect(winner?.parents.map(\.origin.text) == ["bruno", "chika"])
    }

    @Test("A state of a later version is left alone")
    func later() throws {
        _ = try alice.state()
        try SQLiteDatabase(path: alice.folder("state/state.sqlite")).setUserVersion(SpokeState.schemaVersion + 1)
        let error = #expect(throws: SpokeError.self) { try alice.state() }
        #expect(error?.status == .configuration)
        #expect(error?.description.contains("schema \(SpokeState.schemaVersion + 1)") == true)
    }
}
