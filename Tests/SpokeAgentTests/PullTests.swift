import Federation
import Glibc
import JSON
import Replication
import SpokeAgent
import Testing

@Suite("Pulling")
struct PullTests {
    let clock = TestClock()
    let hub: FakeHub
    let alice: Spoke

    init() {
        hub = FakeHub(clock: clock)
        alice = Spoke("alice", hub, clock)
    }

    private func fill(_ count: Int, from node: String = "bruno") {
        for index in 0..<count { hub.say(node, String(UInt64(1_000 + index)) + "-p", 0.9) }
    }

    /// The pulls that the hub answered.
    private var pulls: [String] { hub.log.filter { $0.contains("/winners ") } }

    private func held() throws -> [String] {
        var ids: [String] = []
        try alice.state().forEachWinner(of: .skills) { ids.append($0.id.description) }
        return ids
    }

    @Test("Winners are learned with where they come from")
    func learns() throws {
        fill(3)
        hub.say("chika", "more", 0.95)
        alice.knows(["own": 0.9])
        let report = try alice.sync()
        let bruno = try #require(NodeName("bruno"))
        let chika = try #require(NodeName("chika"))
        #expect(report.pull.learned == [bruno: 3, chika: 1])
        #expect(report.ownWinners == 1)
        #expect(report.winners == 5)
        #expect(try alice.sync().learned == 0)
    }

    @Test("A pull that was cut off keeps its last checkpoint and repeats nothing before it", arguments: [1, 7, 13, 19])
    func truncated(_ lines: Int) throws {
        fill(17)
        hub.faults = [("winners", .cut(afterLines: lines))]
        let report = try alice.sync()
        #expect(report.status == .ok)
        #expect(report.learned == 17)
        #expect(try held().count == 17)
        // Three checkpoints of five lines, and a line of its own for each.
        let rest = 17 - (lines / 6) * 5
        #expect(
            pulls == [
                "/v1/collections/skills-patterns/winners 17", "/v1/collections/skills-patterns/winners \(rest)",
            ]
        )
    }

    @Test("What came behind the last marker of a pull that failed for good is not kept")
    func nothingBehindTheMarker() throws {
        fill(17)
        hub.faults = [("winners", .cut(afterLines: 8))] + (0..<9).map { _ in ("winners", .lostRequest) }
        clock.advance(.seconds(60))
        let report = try alice.round()
        #expect(report.status == .unreachable)
        #expect(try held().count == 5)
        hub.faults = []
        #expect(try alice.sync().learned == 12)
        #expect(try held().count == 17)
    }

    @Test(
        "A line or marker that does not match its digest is not believed",
        arguments: [
            (#""by":"bruno""#, #""by":"brune""#), (#""digest":""#, #""digest":"0"#), (#""lines":4"#, #""lines":3"#),
            (#""revision":1"#, #""revision":2"#), (#""state":"live""#, #""state":"alive""#),
            (#"{"end""#, "x\n{\"end\""),
            (#"{"end""#, #"{"end":{}}\#n{"end""#),
        ]
    )
    func verified(_ truth: String, _ lie: String) throws {
        fill(4)
        hub.faults = [("winners", .changed { $0.replacing(truth, with: lie) })]
        let report = try alice.sync()
        #expect(report.status == .integrity)
        #expect(try held().isEmpty)
        #expect(try alice.sync().status == .ok)
        #expect(try held().count == 4)
    }

    @Test("Where the total differs, the collection is read from its beginning once, and what is not named goes")
    func totalDiffers() throws {
        fill(7)
        _ = try alice.sync()
        // The hub forgot something without saying so.
        hub.winners[.skills]?[try PatternID("1000-p")] = nil
        hub.say("bruno", "new", 0.9)
        let report = try alice.sync()
        #expect(report.pull.startedOver)
        #expect(report.pull.withdrawn == 1)
        #expect(report.status == .ok)
        #expect(try held().count == 7)
        #expect(alice.learned()?.contains("1000-p") == false)
    }

    @Test("Where the total differs still, that is an error of integrity")
    func totalDiffersStill() throws {
        fill(3)
        let lie: @Sendable (String) -> String = { $0.replacing(#""total":{"count":3"#, with: #""total":{"count":4"#) }
        hub.faults = [("winners", .changed(lie)), ("winners", .changed(lie))]
        let report = try alice.sync()
        #expect(report.status == .integrity)
        #expect(ExitStatus.integrity.rawValue == 9)
        #expect(try alice.sync().status == .ok)
    }

    @Test(
        "A position that the hub does not know leads back to the beginning",
        arguments: [(410, "cursor-expired"), (400, "cursor-malformed")]
    )
    func unknownPosition(_ status: Int, _ code: String) throws {
        fill(6)
        _ = try alice.sync()
        hub.say("bruno", "new", 0.9)
        hub.faults = [("winners", .problem(status, code, retryAfter: nil))]
        let report = try alice.sync()
        #expect(report.pull.startedOver)
        #expect(report.learned == 1)
        #expect(try held().count == 7)
    }

    @Test("A pull from the beginning that was cut off goes on where it was and sweeps at its end")
    func sweepGoesOn() throws {
        fill(17)
        _ = try alice.sync()
        hub.winners[.skills]?[try PatternID("1003-p")] = nil
        hub.say("bruno", "new", 0.9)
        hub.faults = [
            ("winners", .problem(410, "cursor-expired", retryAfter: nil)), ("winners", .cut(afterLines: 9)),
            ("winners", .lostRequest), ("winners", .lostRequest), ("winners", .lostRequest), ("winners", .lostRequest),
        ]
        clock.advance(.seconds(60))
        #expect(try alice.round().status == .unreachable)
        #expect(try held().count == 17)
        hub.faults = []
        hub.log = []
        #expect(try alice.sync().status == .ok)
        #expect(pulls == ["/v1/collections/skills-patterns/winners 12"])
        #expect(try held().count == 17)
        #expect(try held().contains("1003-p") == false)
    }

    @Test("What was retracted is withdrawn")
    func retracted() throws {
        fill(3)
        _ = try alice.sync()
        hub.retract("bruno", "1001-p")
        let report = try alice.sync()
        #expect(report.pull.withdrawn == 1)
        #expect(try held() == ["1000-p", "1002-p"])
        #expect(alice.learned()?.contains("1001-p") == false)
    }

    @Test("All spokes write the same bytes, sorted by id, numbers as numbers")
    func sameBytes() throws {
        for id in ["b", "a", "é", "10", "9", "18446744073709551615", "18446744073709551616", "007"] {
            hub.say("bruno", id, 0.9)
        }
        _ = try alice.sync()
        clock.advance(.seconds(5_000))
        let chika = Spoke("chika", hub, clock)
        chika.knows(["a": 0.95])
        _ = try chika.sync()
        _ = try alice.sync()
        let text = try #require(alice.learned())
        #expect(text == chika.learned())
        let ids = text.split(separator: "\n").map { String($0.prefix { $0 != "," }.dropFirst(6)) }
        #expect(
            ids == [
                #""007""#, "10", "18446744073709551615", #""18446744073709551616""#, "9", #""a""#, #""b""#, #""é""#,
            ]
        )
        #expect(text.contains(#""federation":{"origin":"chika","incarnation":1,"revision":"#))
    }

    @Test("A sink file is replaced only when its patterns changed, and restored when it is gone or was altered")
    func sinkFile() throws {
        fill(3)
        #expect(try alice.sync().sinksWritten == 1)
        let inode = alice.folder.inode("sink/skills-patterns.jsonl")
        let text = alice.learned()
        #expect(try alice.sync().sinksWritten == 0)
        alice.deleteState()
        #expect(try alice.sync().sinksWritten == 0)
        #expect(alice.folder.inode("sink/skills-patterns.jsonl") == inode)
        unlink(alice.folder("sink/skills-patterns.jsonl"))
        #expect(try alice.sync().sinksWritten == 1)
        alice.folder.write("sink/skills-patterns.jsonl", "scribbled")
        #expect(try alice.sync().sinksWritten == 1)
        #expect(alice.learned() == text)
        #expect(alice.folder.names("sink") == ["skills-patterns.jsonl"])
    }

    @Test("Vectors come when they are asked for, also for what was held without them")
    func vectors() throws {
        let bruno = Spoke("bruno", hub, clock)
        bruno.knows([#"{"id":"a","payload":{"value_score":0.9},"vector":[1,0.25,-2.5],"vector_model":"m"}"#])
        _ = try bruno.sync()
        _ = try alice.sync()
        #expect(alice.learned()?.contains("vector") == false)
        alice.keepsVectors = true
        _ = try alice.sync()
        #expect(alice.learned()?.contains(#""vector":[1.0,0.25,-2.5],"vector_model":"m"}"#) == true)
        hub.log = []
        _ = try alice.sync()
        #expect(hub.log == ["/v1/manifest 0"])
    }

    @Test("What is held can be read without the hub")
    func offline() throws {
        fill(2)
        _ = try alice.sync()
        let state = try StateFolder(alice.folder("state")).openExisting()
        #expect(try state.winner(of: .skills, PatternID("1001-p"))?.origin == "bruno")
        #expect(try state.winner(of: .skills, PatternID("none")) == nil)
        #expect(try state.collections() == [.skills])
        #expect(throws: SpokeError.self) { try StateFolder(alice.folder("elsewhere")).openExisting() }
    }
}
