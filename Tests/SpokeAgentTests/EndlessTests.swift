import Federation
import Replication
import SpokeAgent
import Testing

@Suite("What never ends")
struct EndlessTests {
    let clock = TestClock()
    let hub: FakeHub
    let alice: Spoke

    init() {
        hub = FakeHub(clock: clock)
        alice = Spoke("alice", hub, clock)
        for index in 0..<7 { hub.say("bruno", "p\(index)", 0.9) }
    }

    private func problem(_ kind: RoundReport.Kind) throws -> SpokeError? {
        clock.advance(.seconds(60))
        return try alice.round(kind).collections.first?.problem
    }

    @Test("A hub that promises more for ever is left after so many answers, and what came is kept")
    func promises() throws {
        hub.alwaysHasMore = true
        let problem = try problem(.pull)
        #expect(problem?.status == .integrity)
        #expect(problem?.description.contains("after \(TransferLimits.pullAnswers) answers") == true)
        #expect(hub.log.count { $0.contains("/winners ") } == TransferLimits.pullAnswers)
        #expect(hub.log.count { $0.contains("/checkpoint ") } == 0)
        hub.alwaysHasMore = false
        hub.answers = 0
        let report = try alice.sync()
        #expect(report.status == .ok)
        #expect(report.winners == 7)
    }

    @Test("A hub that promises more of this node's statements for ever is left too")
    func promisesStatements() throws {
        alice.knows(["a": 0.9])
        hub.alwaysHasMore = true
        let problem = try problem(.push)
        #expect(problem?.status == .integrity)
        #expect(problem?.description.contains("after \(TransferLimits.pullAnswers) answers") == true)
        #expect(hub.log.count { $0.contains("/contributions ") } == TransferLimits.pullAnswers)
        hub.alwaysHasMore = false
        #expect(try alice.sync().push.accepted == 1)
    }

    @Test(
        "An answer that goes on without a line is given up",
        arguments: [String(repeating: " ", count: 999) + "\n", String(repeating: "x", count: 1_000)]
    )
    func blank(_ filling: String) throws {
        let endless = String(repeating: filling, count: TransferLimits.bytesBetweenLines / filling.utf8.count + 2)
        hub.faults = [("winners", .changed { $0.replacing(#"{"end""#, with: endless + #"{"end""#) })]
        let problem = try problem(.pull)
        #expect(problem?.status == .integrity)
        #expect(problem?.description.contains("without a line that says anything") == true)
        #expect(try alice.sync().winners == 7)
    }

    @Test("Blank lines here and there are no harm, however many bytes they are together")
    func someBlanks() throws {
        let blank = "\n\n" + String(repeating: " ", count: TransferLimits.bytesBetweenLines / 7) + "\r\n"
        hub.faults = [("winners", .changed { $0.replacing("\n", with: blank) })]
        #expect(try problem(.pull) == nil)
        #expect(try alice.state().winner(of: .skills, PatternID("p6")) != nil)
    }

    @Test("Checkpoints without lines between them are not believed")
    func markers() throws {
        hub.faults = [
            (
                "winners",
                .changed { text in
                    text.split(separator: "\n").map { $0.hasPrefix(#"{"checkpoint""#) ? "\($0)\n\($0)\n" : "\($0)\n" }
                        .joined()
                }
            )
        ]
        let problem = try problem(.pull)
        #expect(problem?.status == .integrity)
        #expect(problem?.description.contains("a checkpoint follows no line") == true)
    }
}
