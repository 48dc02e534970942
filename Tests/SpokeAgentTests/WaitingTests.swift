import Federation
import Glibc
import Replication
import SpokeAgent
import Testing

@Suite("Waiting")
struct WaitingTests {
    private static let chances = [0, 0.25, 0.5, 0.999_999]

    @Test("A backoff grows and stays within its bounds", arguments: chances)
    func backoff(_ chance: Double) {
        let backoff = Backoff(first: .seconds(1), greatest: .seconds(60))
        var last = Duration.zero
        for failures in 1...100 {
            let delay = backoff.delay(afterFailures: failures, retryAfter: nil, chance: chance)
            #expect(delay >= last)
            #expect(delay >= .milliseconds(500) && delay <= .seconds(60))
            last = delay
        }
        #expect(last >= .seconds(30))
    }

    @Test("A backoff waits as long as the hub asks, but not for ever", arguments: chances)
    func retryAfter(_ chance: Double) {
        let backoff = Backoff(first: .seconds(1), greatest: .seconds(60))
        let delay = backoff.delay(afterFailures: 1, retryAfter: .seconds(20), chance: chance)
        #expect(delay >= .seconds(20) && delay <= .seconds(25))
        #expect(backoff.delay(afterFailures: 1, retryAfter: .seconds(86_400), chance: chance) == .seconds(60))
    }

    @Test("An interval varies by a quarter", arguments: chances)
    func interval(_ chance: Double) throws {
        let wait = try #require(SyncInterval(seconds: 3_600)).next(chance: chance)
        #expect(wait >= .seconds(2_700) && wait <= .seconds(4_500))
        #expect(SyncInterval(seconds: 0) == nil)
        #expect(SyncInterval(seconds: -5) == nil)
    }

    @Test("A running spoke pulls news without reading its sources, and reads them when they change")
    func loop() throws {
        let clock = TestClock()
        defer { clock.onPause = {} }
        let hub = FakeHub(clock: clock)
        let alice = Spoke("alice", hub, clock)
        alice.knows(["a": 0.9])
        var lines: [String] = []
        var pauses = 0
        clock.onPause = {
            pauses += 1
            switch pauses {
            case 3: hub.say("bruno", "news", 0.9)
            case 6: alice.knows(["a": 0.9, "b": 0.9])
            case 20: clock.shouldStop = true
            default: break
            }
        }
        let interval = try #require(SyncInterval(seconds: 3_600))
        try SyncLoop(agent: alice.agent(), client: alice.client(), interval: interval) { lines.append($0) }.run()
        #expect(lines.first == "sync ok: pushed 1")
        #expect(lines.contains("pull ok: learned 1 (from bruno 1)"))
        #expect(lines.contains("sync ok: pushed 1"))
        #expect(lines.count == 3)
        #expect(hub.statements(of: "alice").keys.sorted() == ["a", "b"])
    }

    @Test("A running spoke outlives a hub that is away, waits longer each time, and then goes on at once")
    func outlives() throws {
        let clock = TestClock()
        defer { clock.onPause = {} }
        let hub = FakeHub(clock: clock)
        let alice = Spoke("alice", hub, clock)
        alice.knows(["a": 0.9])
        hub.faults = (0..<40).map { _ in ("", .lostRequest) }
        clock.onPause = { if hub.faults.isEmpty, clock.pauses.count > 60 { clock.shouldStop = true } }
        let interval = try #require(SyncInterval(seconds: 36_000))
        var lines: [String] = []
        try SyncLoop(agent: alice.agent(), client: alice.client(), interval: interval) { lines.append($0) }.run()
        #expect(lines.first?.hasPrefix("sync unreachable") == true)
        #expect(lines.contains("sync ok: pushed 1"))
        #expect(clock.pauses.allSatisfy { $0 <= .seconds(300) })
        #expect(hub.statements(of: "alice").count == 1)
    }

    @Test("A hub that is away for days is complained of once an hour, and the state does not grow meanwhile")
    func days() throws {
        let clock = TestClock()
        defer { clock.onPause = {} }
        let hub = FakeHub(clock: clock)
        let alice = Spoke("alice", hub, clock)
        alice.knows(["a": 0.9])
        _ = try alice.sync()
        let agent = try alice.agent()
        let began = clock.elapsed
        func size() -> Int {
            var facts = stat()
            return stat(alice.folder("state/state.sqlite-wal"), &facts) == 0 ? Int(facts.st_size) : 0
        }
        var sizes: [Int] = []
        clock.onPause = {
            hub.faults = [("", .lostRequest)]
            sizes.append(size())
            if clock.elapsed - began > .seconds(3 * 86_400) { clock.shouldStop = true }
        }
        hub.faults = [("", .lostRequest)]
        var lines: [String] = []
        let interval = try #require(SyncInterval(seconds: 3_600))
        try SyncLoop(agent: agent, client: alice.client(), interval: interval) { lines.append($0) }.run()
        #expect((48...73).contains(lines.count))
        #expect(lines.allSatisfy { $0.contains("unreachable") || $0.contains("waiting for news") })
        // The log of the database is used again and again.
        #expect((sizes.max() ?? 0) < 5_000_000)
        clock.shouldStop = false
        hub.faults = []
        alice.knows(["a": 0.9, "b": 0.9])
        #expect(try alice.sync().push.accepted == 1)
    }

    @Test("A clock that is set a year forwards and back neither delays rounds nor makes them", arguments: [1.0, -1.0])
    func clockIsSet(_ direction: Double) throws {
        let clock = TestClock()
        defer { clock.onPause = {} }
        let hub = FakeHub(clock: clock)
        let alice = Spoke("alice", hub, clock)
        alice.knows([String]())
        let agent = try alice.agent()
        let year = Duration.seconds(365 * 86_400 * direction)
        let began = clock.elapsed
        var isSet = false
        var isBack = false
        clock.onPause = {
            let passed = clock.elapsed - began
            if passed > .seconds(100), !isSet {
                isSet = true
                clock.set(year)
            }
            if passed > .seconds(200), !isBack {
                isBack = true
                clock.set(.zero - year)
                alice.knows(["a": 0.9])
            }
            if passed > .seconds(300) { clock.shouldStop = true }
        }
        var rounds = 0
        let interval = try #require(SyncInterval(seconds: 50))
        try SyncLoop(agent: agent, client: alice.client(), interval: interval) { line in
            if line.hasPrefix("sync ok") { rounds += 1 }
        }.run()
        #expect((6...10).contains(rounds))
        #expect(hub.statements(of: "alice").count == 1)
    }

    @Test("A running spoke makes a round of its own at every interval")
    func rounds() throws {
        let clock = TestClock()
        defer { clock.onPause = {} }
        let hub = FakeHub(clock: clock)
        let alice = Spoke("alice", hub, clock)
        let began = clock.now
        clock.onPause = { if clock.now.microseconds - began.microseconds > 60_000_000 { clock.shouldStop = true } }
        var rounds = 0
        let interval = try #require(SyncInterval(seconds: 10))
        try SyncLoop(agent: alice.agent(), client: alice.client(), interval: interval) { line in
            if line.hasPrefix("sync") { rounds += 1 }
        }.run()
        #expect((5...8).contains(rounds))
    }

    @Test("A running spoke whose state is damaged ends, and its next start repairs it")
    func damaged() throws {
        let clock = TestClock()
        defer { clock.onPause = {} }
        let hub = FakeHub(clock: clock)
        let alice = Spoke("alice", hub, clock)
        // More than the database keeps in memory.
        let text = String(repeating: "x", count: 10_000)
        func knows(_ value: Double) {
            alice.knows((0..<500).map { #"{"id":"p\#($0)","payload":{"value_score":\#(value),"x":"\#(text)"}}"# })
        }
        knows(0.9)
        _ = try alice.sync()
        let agent = try alice.agent()
        alice.folder.scribble("state/state.sqlite", from: 8_192, count: 5_000_000)
        knows(0.8)
        clock.onPause = { if clock.pauses.count > 100 { clock.shouldStop = true } }
        let interval = try #require(SyncInterval(seconds: 10))
        var lines: [String] = []
        #expect(throws: SpokeError.self) {
            try SyncLoop(agent: agent, client: alice.client(), interval: interval) { lines.append($0) }.run()
        }
        clock.shouldStop = false
        // What of the damage is met first depends on where the tables lie: a full disk may be told before.
        #expect(lines.last?.contains("is damaged") == true)
        #expect(lines.allSatisfy { $0.hasPrefix("sync failure") } && lines.count <= 2)
        #expect(alice.folder.names("state").contains("state.sqlite.suspect"))
        #expect(try alice.sync().status == .ok)
        #expect(alice.notices.count == 1)
        #expect(hub.statements(of: "alice")["p499"]?.content?.value == 0.8)
    }
}
