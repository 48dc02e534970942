import Federation
import JSON
import Replication
import SpokeAgent
import Testing

@Suite("Merged winners")
struct MergedWinnerTests {
    private static let merged = #"{"examples":["a","b"],"value_score":0.9}"#

    let clock = TestClock()
    let hub: FakeHub
    let dora: Spoke

    init() {
        hub = FakeHub(clock: clock)
        dora = Spoke("dora", hub, clock)
        hub.say("bruno", "both", 0.9)
        hub.say("chika", "both", 0.8)
        hub.say("bruno", "alone", 0.9)
    }

    private func winner(_ id: String) throws -> HeldWinner? { try dora.state().winner(of: .skills, PatternID(id)) }

    @Test("What a winner was made of is held and shown, and written where there is any")
    func held() throws {
        try hub.merge("both", MergedWinnerTests.merged, of: ["bruno", "chika"])
        #expect(try dora.sync().learned == 2)
        let held = try #require(try winner("both"))
        #expect(held.origin == "bruno")
        #expect(held.parents.map(\.origin.text) == ["bruno", "chika"])
        #expect(
            held.parents.map(\.revision) == ["bruno", "chika"].map { hub.statements(of: $0)["both"]?.version.revision }
        )
        let shown = try JSONDocument(parsing: held.json.bytes).root["parents"]?.elements ?? []
        #expect(shown.map { $0["origin"]?.string } == ["bruno", "chika"])
        #expect(try winner("alone")?.parents == [])
        let lines = try #require(dora.learned()).split(separator: "\n")
        #expect(lines.map { $0.contains(#""parents":[{"origin":"bruno","incarnation":1,"#) } == [false, true])
        #expect(lines.map { $0.contains("parents") } == [false, true])
    }

    @Test("The same content with other parents is kept and written, and is nothing learned")
    func attributed() throws {
        hub.say("emil", "both", 0.75)
        try hub.merge("both", MergedWinnerTests.merged, of: ["bruno", "chika"])
        _ = try dora.sync()
        try hub.merge("both", MergedWinnerTests.merged, of: ["bruno", "chika", "emil"])
        let report = try dora.sync()
        #expect(report.learned == 0)
        #expect(report.pull.withdrawn == 0)
        #expect(report.pull.attributed == 1)
        #expect(report.sinksWritten == 1)
        #expect(report.isChange)
        #expect(report.status == .ok)
        #expect(try winner("both")?.parents.map(\.origin.text) == ["bruno", "chika", "emil"])
        #expect(dora.learned()?.contains(#""origin":"emil""#) == true)
        #expect(try dora.sync().pull.isEmpty)
    }

    @Test("Vectors held outlive news about where their pattern comes from")
    func attributedVectors() throws {
        let bruno = Spoke("bruno", hub, clock)
        bruno.knows([#"{"id":"v","payload":{"value_score":0.9},"vector":[1,0.25]}"#])
        _ = try bruno.sync()
        hub.say("chika", "v", 0.8)
        dora.keepsVectors = true
        _ = try dora.sync()
        let before = dora.learned()
        try hub.merge("v", #"{"value_score":0.9}"#, of: ["bruno", "chika"])
        dora.keepsVectors = false
        #expect(try dora.sync().pull.attributed == 1)
        #expect(before?.contains(#""vector":[1.0,0.25]"#) == true)
        #expect(dora.learned()?.contains(#""vector":[1.0,0.25]"#) == true)
    }

    @Test("What was merged and pulled is nobody's own, also where this node's part of it was the best")
    func echo() throws {
        let bruno = Spoke("bruno", hub, clock)
        bruno.knows([#"{"id":"both","payload":{"value_score":0.9,"by":"bruno"}}"#])
        _ = try bruno.sync()
        try hub.merge("both", MergedWinnerTests.merged, of: ["bruno", "chika"])
        _ = try bruno.sync()
        let before = hub.statements(of: "bruno")["both"]
        let line = try #require(bruno.learned()?.split(separator: "\n").first { $0.contains(#""id":"both""#) })
        // Of one copy only what is held tells where it came from.
        bruno.knows([String(line).replacing(#""checksum":""#, with: #""sum":""#)])
        #expect(try bruno.sync().scan?.pulled == 1)
        bruno.knows([String(line)])
        let report = try bruno.sync()
        #expect(report.scan?.pulled == 1)
        #expect(report.push.sent == 0)
        #expect(hub.statements(of: "bruno")["both"] == before)
    }

    @Test(
        "Parents that cannot be read are not believed",
        arguments: [
            (#""parents":[{"#, #""parents":[{},{"#), (#""parents":["#, #""parents":[7,"#),
            (#"{"origin":"chika""#, #"{"origin":"bruno""#), (#"{"origin":"chika""#, #"{"origin":"alma""#),
            (#"{"origin":"bruno","incarnation":1"#, #"{"origin":"bruno","incarnation":3000000000"#),
        ]
    )
    func unreadable(_ truth: String, _ lie: String) throws {
        try hub.merge("both", MergedWinnerTests.merged, of: ["bruno", "chika"])
        hub.faults = [("winners", .changed { $0.replacing(truth, with: lie) })]
        #expect(try dora.sync().status == .integrity)
        #expect(try winner("both") == nil)
        #expect(try dora.sync().status == .ok)
    }
}
