import Federation
import Replication
import SpokeAgent
import Testing

@Suite("Several hubs")
struct SeveralHubsTests {
    let hubs = TwoHubs()
    var spoke: Spoke { hubs.spoke }

    private func version(_ hub: FakeHub, _ id: String) -> ContributionVersion? {
        hub.statements(of: "alice")[id]?.version
    }

    private func value(_ hub: FakeHub, _ id: String) -> Double? {
        hub.statements(of: "alice")[id]?.content?.value
    }

    private func hold(_ id: String) -> Bool {
        spoke.learned()?.contains(#""id":"\#(id)""#) == true
    }

    @Test("The preferred hub is worked with; the other one only while it is away")
    func preference() throws {
        spoke.knows(["a": 0.9])
        #expect(try hubs.sync().status == .ok)
        #expect(value(hubs.first, "a") == 0.9)
        #expect(hubs.second.log.isEmpty)
        hubs.away = ["first.example"]
        let report = try hubs.sync()
        #expect(report.status == .ok)
        #expect(report.endpoint.contains("second"))
        #expect(report.notes.contains { $0.contains("first.example") && $0.contains("did not answer") })
        #expect(value(hubs.second, "a") == 0.9)
        hubs.away = []
        #expect(try hubs.sync().endpoint.contains("first"))
    }

    @Test("What was said at one hub is known at the other under the same number, so that it is one statement")
    func oneStatement() throws {
        spoke.knows(["a": 0.9, "b": 0.9])
        _ = try hubs.sync()
        hubs.away = ["first.example"]
        _ = try hubs.sync()
        #expect(version(hubs.first, "a") == version(hubs.second, "a"))
        #expect(hubs.first.contributions == hubs.second.contributions)
    }

    @Test("Versions follow one another across hubs, whatever the clock does: the last one said stands everywhere")
    func order() throws {
        spoke.knows(["a": 0.90])
        _ = try hubs.sync()
        try hubs.join()
        hubs.away = ["first.example"]
        spoke.knows(["a": 0.91])
        _ = try hubs.sync()
        hubs.away = []
        // The clock goes back behind everything that was said.
        hubs.clock.advance(.seconds(-50_000))
        spoke.knows(["a": 0.92])
        _ = try hubs.sync()
        try hubs.join()
        for hub in [hubs.first, hubs.second] { #expect(value(hub, "a") == 0.92) }
        #expect(version(hubs.first, "a") == version(hubs.second, "a"))
        let before = hubs.first.contributions
        _ = try hubs.sync()
        #expect(hubs.first.contributions == before)
    }

    @Test("What was said while the preferred hub was away is said to it too, also when nothing changes any more")
    func saidElsewhere() throws {
        spoke.knows(["a": 0.9])
        _ = try hubs.sync()
        hubs.away = ["first.example"]
        spoke.knows(["a": 0.8, "new": 0.9])
        _ = try hubs.sync()
        hubs.away = []
        _ = try hubs.sync()
        #expect(version(hubs.first, "new") == version(hubs.second, "new"))
        #expect(version(hubs.first, "a") == version(hubs.second, "a"))
    }

    @Test("What was first said at the other hub and is gone from the source is taken back at the preferred one")
    func takenBack() throws {
        spoke.knows(["a": 0.9])
        _ = try hubs.sync()
        hubs.away = ["first.example"]
        spoke.knows(["a": 0.9, "new": 0.9])
        _ = try hubs.sync()
        try hubs.join()
        hubs.away = []
        spoke.knows(["a": 0.9])
        _ = try hubs.sync()
        let statement = try #require(hubs.first.statements(of: "alice")["new"])
        #expect(statement.content == nil)
        try hubs.join()
        #expect(hubs.second.statements(of: "alice")["new"]?.content == nil)
    }

    @Test("What the hub in use lacks stays in the sinks, and what it withdrew does not")
    func union() throws {
        for name in ["x", "y", "z"] { hubs.first.say("bruno", name, 0.9) }
        hubs.second.say("bruno", "z", 0.95)
        _ = try hubs.sync()
        hubs.away = ["first.example"]
        hubs.second.say("bruno", "y", 0.9)
        hubs.second.say("chika", "w", 0.9)
        _ = try hubs.sync()
        #expect(spoke.learned()?.contains(#""id":"y""#) == true)
        hubs.second.retract("bruno", "y")
        _ = try hubs.sync()
        let learned = spoke.learned() ?? ""
        #expect(learned.contains(#""id":"x""#))
        #expect(!learned.contains(#""id":"y""#))
        #expect(learned.contains(#""id":"z","payload":{"by":"bruno","value_score":0.95"#))
        #expect(learned.contains(#""id":"w""#))
        let shown = try StateFolder(spoke.folder("state")).openExisting()
        var ids: [String] = []
        try shown.forEachWinner(of: .skills) { ids.append($0.id.description) }
        #expect(ids == ["w", "x", "z"])
        #expect(try shown.winner(of: .skills, PatternID("y")) == nil)
        #expect(try shown.winner(of: .skills, PatternID("z"))?.value == 0.95)
        #expect(try shown.winner(of: .skills, PatternID("x"))?.origin == "bruno")
    }

    @Test("After the return, what only the other hub had stays for a while and then goes")
    func grace() throws {
        hubs.first.say("bruno", "x", 0.9)
        _ = try hubs.sync()
        hubs.second.say("chika", "w", 0.9)
        hubs.away = ["first.example"]
        _ = try hubs.sync()
        hubs.away = []
        var lines: [String] = []
        defer { hubs.clock.onPause = {} }
        let set = try hubs.open()
        let began = hubs.clock.now
        var isShownAtFirst: Bool?
        hubs.clock.onPause = {
            let passed = hubs.clock.now.microseconds - began.microseconds
            if passed > 60_000_000, isShownAtFirst == nil { isShownAtFirst = hold("w") }
            if passed > 900_000_000 { hubs.clock.shouldStop = true }
        }
        try loop(set) { lines.append($0) }
        #expect(lines.first?.contains("first.example:8092 answers again") == true)
        #expect(isShownAtFirst == true)
        #expect(!hold("w"))
        #expect(hold("x"))
    }

    private func loop(_ set: HubSet, _ log: @escaping (String) -> Void) throws {
        let environment = hubs.clock.environment
        let interval = try #require(SyncInterval(seconds: 3_600))
        let orders = LoopOrders(log: log, wantsStop: environment.shouldStop)
        try SyncLoop(hubs: set, interval: interval, environment: environment, orders: orders).run()
    }

    @Test("A running spoke goes over to the other hub and returns, and says each once")
    func running() throws {
        defer { hubs.clock.onPause = {} }
        spoke.knows(["a": 0.9])
        var lines: [String] = []
        let began = hubs.clock.now
        var isAway = false
        var isBack = false
        hubs.clock.onPause = {
            let passed = hubs.clock.now.microseconds - began.microseconds
            if passed > 30_000_000, !isAway {
                isAway = true
                hubs.away = ["first.example"]
            }
            if passed > 900_000_000, !isBack {
                isBack = true
                hubs.away = []
            }
            if passed > 1_800_000_000 { hubs.clock.shouldStop = true }
        }
        try loop(hubs.open()) { lines.append($0) }
        #expect(lines.filter { $0.contains("working with http://second.example:8092 until") }.count == 1)
        #expect(lines.filter { $0.contains("http://first.example:8092 answers again") }.count == 1)
        #expect(lines.filter { $0.contains("unreachable") }.count <= 2)
        #expect(value(hubs.second, "a") == 0.9)
    }

    @Test("A program that is started while the preferred hub is away takes up where the last one ended")
    func restart() throws {
        hubs.first.say("bruno", "x", 0.9)
        _ = try hubs.sync()
        hubs.away = ["first.example"]
        _ = try hubs.sync()
        let set = try hubs.open()
        #expect(set.link.client.endpoint.host == "second.example")
    }

    @Test("A node that has another incarnation at the other hub says nothing there, and is told how to mend that")
    func incarnations() throws {
        spoke.knows(["a": 0.9])
        _ = try hubs.sync()
        hubs.second.incarnation = 2
        hubs.second.say("bruno", "x", 0.9)
        hubs.away = ["first.example"]
        let report = try hubs.sync()
        #expect(report.status == .partial)
        #expect(hubs.second.statements(of: "alice").isEmpty)
        #expect(hold("x"))
        #expect(report.notes.contains { $0.contains("node add alice --incarnation 2") && $0.contains("first.example") })
        hubs.second.incarnation = 1
        #expect(try hubs.sync().status == .ok)
        #expect(value(hubs.second, "a") == 0.9)
    }

    @Test("Peers are pulled and never told anything; the hub in use counts before them")
    func peers() throws {
        let peer = FakeHub(clock: hubs.clock)
        peer.hub = "33333333-3333-4333-8333-333333333333"
        hubs.peers = [peer]
        spoke.knows(["a": 0.9])
        hubs.first.say("bruno", "x", 0.8)
        peer.say("chika", "x", 0.95)
        peer.say("chika", "w", 0.9, text: String(repeating: "x", count: 64))
        _ = try hubs.sync()
        #expect(peer.statements(of: "alice").isEmpty)
        let learned = spoke.learned() ?? ""
        #expect(learned.contains(#""id":"x","payload":{"by":"bruno""#))
        #expect(learned.contains(#""id":"w""#))
        // What was learned from a peer is not this node's, whatever name a copy of it has.
        let text = String(repeating: "x", count: 64)
        spoke.knows([#"{"id":"copy","payload":{"value_score":0.9,"by":"chika","text":"\#(text)"}}"#])
        _ = try hubs.sync()
        #expect(hubs.first.statements(of: "alice")["copy"] == nil)
    }

    @Test("A lost state of the other hub repeats nothing, and sinks stay as they are")
    func lostState() throws {
        spoke.knows(["a": 0.9])
        hubs.first.say("bruno", "x", 0.9)
        _ = try hubs.sync()
        hubs.away = ["first.example"]
        _ = try hubs.sync()
        let before = (hubs.second.contributions, spoke.learned())
        TemporaryFolder.remove(spoke.folder("state/hubs"))
        hubs.clock.advance(.seconds(5_000))
        _ = try hubs.sync()
        #expect(hubs.second.contributions == before.0)
        #expect(spoke.learned() == before.1)
    }
}

extension FakeHub.Row: Equatable {
    static func == (left: FakeHub.Row, right: FakeHub.Row) -> Bool {
        left.contribution.version == right.contribution.version
    }
}
