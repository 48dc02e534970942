import Digest
import Federation
import JSON
import Replication
import SpokeAgent
import Testing

@Suite("Pushing")
struct PushTests {
    let clock = TestClock()
    let hub: FakeHub
    let alice: Spoke

    init() {
        hub = FakeHub(clock: clock)
        alice = Spoke("alice", hub, clock)
    }

    @Test("What is at or above the threshold is pushed, and nothing else")
    func pushesHighValue() throws {
        alice.knows(["good": 0.9, "edge": 0.7, "low": 0.69])
        let report = try alice.sync()
        #expect(report.push.accepted == 2)
        #expect(hub.statements(of: "alice").keys.sorted() == ["edge", "good"])
        #expect(report.scan?.read == 3)
        #expect(report.scan?.belowThreshold == 1)
        #expect(report.status == .ok)
    }

    @Test("A round without changes is one request")
    func noChangeIsOneRequest() throws {
        alice.knows(["good": 0.9])
        _ = try alice.sync()
        _ = try alice.sync()
        hub.log = []
        let report = try alice.sync()
        #expect(hub.log == ["/v1/manifest 0"])
        #expect(report.unchanged == 1)
        #expect(!report.isChange)
    }

    @Test("After a lost reply the same is sent under the same revision")
    func lostReplyKeepsRevision() throws {
        alice.knows(["good": 0.9])
        hub.faults = (0..<TransferLimits.tries).map { _ in ("contributions", .lostReply) }
        hub.faults.insert(("origin=alice", .changed { $0 }), at: 0)
        clock.advance(.seconds(60))
        let failed = try alice.round()
        #expect(failed.status == .unreachable)
        let sent = hub.statements(of: "alice")["good"]?.version
        clock.advance(.seconds(600))
        let report = try alice.sync()
        #expect(sent != nil)
        #expect(hub.statements(of: "alice")["good"]?.version == sent)
        #expect(report.push.unchanged == 1)
        #expect(report.push.accepted == 0)
    }

    @Test("A lost reply is made up for within the round")
    func lostReplyIsRetried() throws {
        alice.knows(["good": 0.9])
        hub.faults = [("origin=alice", .changed { $0 }), ("contributions", .lostReply)]
        let report = try alice.sync()
        #expect(report.push.unchanged == 1)
        #expect(clock.pauses.count == 1)
    }

    @Test("A hub that is busy is asked four times, as late as it wants, and what was to be sent stays pending")
    func overloadIsBounded() throws {
        alice.knows(["good": 0.9])
        hub.faults = (0..<9).map { _ in ("skills-patterns/contributions", .problem(503, "overloaded", retryAfter: 7)) }
        clock.advance(.seconds(60))
        let report = try alice.round(.push)
        #expect(report.status == .overloaded)
        #expect(hub.log.filter { $0.hasSuffix("503") }.count == TransferLimits.tries)
        #expect(clock.pauses.count == TransferLimits.tries - 1)
        #expect(clock.pauses.allSatisfy { $0 >= .seconds(7) && $0 <= .seconds(9) })
        hub.faults = []
        #expect(try alice.sync().push.accepted == 1)
    }

    @Test(
        "An answer that lies about itself is no answer",
        arguments: [
            (#""digest":""#, #""digest":"0"#), (#""accepted":2"#, #""accepted":1"#),
            (#""received":2"#, #""received":3"#),
            ("\n", "\n{}\n"), (#"{"end""#, #"{"line":3,"verdict":"stale"}\#n{"end""#),
            (#"{"end""#, #"{"line":1,"verdict":"unchanged"}\#n{"end""#),
        ]
    )
    func answerIsVerified(_ truth: String, _ lie: String) throws {
        alice.knows(["good": 0.9, "better": 0.95])
        hub.faults = [
            ("origin=alice", .changed { $0 }), ("contributions", .changed { $0.replacing(truth, with: lie) }),
        ]
        let report = try alice.sync()
        #expect(report.status == .integrity)
        #expect(try StateReport(alice.state()).entries.first?.pending == 2)
        let sent = hub.statements(of: "alice").mapValues(\.version)
        #expect(try alice.sync().status == .ok)
        #expect(hub.statements(of: "alice").mapValues(\.version) == sent)
    }

    @Test("An answer without an end marker is no answer, and the same is sent again")
    func answerWithoutEnd() throws {
        alice.knows(["good": 0.9])
        hub.faults = [("origin=alice", .changed { $0 }), ("contributions", .changed { _ in "" })]
        let report = try alice.sync()
        #expect(report.push.unchanged == 1)
        #expect(clock.pauses.count == 1)
    }

    @Test("A push that is too large for the hub is halved until it fits")
    func halvesOn413() throws {
        alice.knows(Dictionary(uniqueKeysWithValues: (0..<10).map { ("p\($0)", 0.9) }))
        hub.maximumItems = 3
        let report = try alice.sync()
        #expect(report.push.accepted == 10)
        #expect(hub.statements(of: "alice").count == 10)
    }

    @Test("What the hub refuses is held back until it changes")
    func refusedIsHeld() throws {
        alice.knows(["good": 0.9, "odd": 0.9])
        hub.refuse = { id in
            id.description == "odd"
                ? ItemRefusal(code: "from-the-future", detail: "never heard", isRetryable: false) : nil
        }
        let first = try alice.sync()
        #expect(first.push.accepted == 1)
        #expect(first.held.map(\.code) == ["from-the-future"])
        #expect(first.held.first?.exampleID == "odd")
        #expect(first.status == .partial)
        hub.log = []
        let second = try alice.sync()
        #expect(second.refused == 1)
        #expect(second.status == .partial)
        #expect(!hub.log.contains { $0.contains("contributions") })
        hub.refuse = { _ in nil }
        alice.knows(["good": 0.9, "odd": 0.91])
        #expect(try alice.sync().push.accepted == 1)
        #expect(try alice.sync().status == .ok)
    }

    @Test("What the hub refuses for now is sent in every round")
    func retryableIsRetried() throws {
        alice.knows(["early": 0.9])
        hub.refuse = { _ in ItemRefusal(code: "clock-ahead", detail: "later", isRetryable: true) }
        #expect(try alice.sync().refused == 1)
        #expect(try alice.sync().push.refused == 1)
        hub.refuse = { _ in nil }
        #expect(try alice.sync().push.accepted == 1)
    }

    @Test("What was refused and is gone is no longer reported")
    func refusedAndGone() throws {
        alice.knows(["good": 0.9, "odd": 0.9])
        hub.refuse = { $0.description == "odd" ? ItemRefusal(code: "no", detail: "", isRetryable: false) : nil }
        _ = try alice.sync()
        alice.knows(["good": 0.9])
        let report = try alice.sync()
        #expect(report.refused == 0)
        #expect(report.push.retracted == 0)
        #expect(report.status == .ok)
    }

    @Test("A stale statement is numbered above the hub's and sent again")
    func staleIsRenumbered() throws {
        alice.knows(["good": 0.9])
        _ = try alice.sync()
        // The same node said something newer from elsewhere.
        clock.advance(.seconds(50_000))
        hub.say("alice", "good", 0.95)
        let newer = hub.statements(of: "alice")["good"]?.version.revision ?? 0
        clock.advance(.seconds(-50_000))
        alice.knows(["good": 0.8])
        let report = try alice.sync()
        #expect(report.push.stale == 1)
        #expect(report.push.accepted == 1)
        #expect(hub.statements(of: "alice")["good"]?.version.revision == newer + 1)
        #expect(hub.statements(of: "alice")["good"]?.content?.value == 0.8)
    }

    @Test("Revisions grow even when the clock goes back")
    func revisionsGrow() throws {
        alice.knows(["good": 0.9])
        _ = try alice.sync()
        let first = hub.statements(of: "alice")["good"]?.version.revision ?? 0
        clock.advance(.seconds(-50_000))
        alice.knows(["good": 0.8])
        #expect(try alice.sync().push.accepted == 1)
        #expect(hub.statements(of: "alice")["good"]?.version.revision == first + 1)
    }

    @Test("A token of another node is not used")
    func nodeMismatch() throws {
        alice.knows(["good": 0.9])
        hub.faults = [("manifest", .changed { $0.replacing(#""node":"alice""#, with: #""node":"bruno""#) })]
        #expect(try alice.round().status == .unauthorized)
        hub.faults = [("manifest", .problem(403, "node-mismatch", retryAfter: nil))]
        #expect(try alice.round().status == .unauthorized)
        #expect(hub.statements(of: "alice").isEmpty)
    }

    @Test("What is no hub is not believed")
    func notAHub() throws {
        hub.faults = [("manifest", .changed { _ in "<html>Welcome</html>" })]
        #expect(try alice.round().status == .configuration)
    }

    @Test("A collection that the hub does not have is named with a suggestion")
    func unknownCollection() throws {
        alice.knows([#"{"id":"a","payload":{"value_score":0.9}}"#], collection: "skill-patterns")
        #expect(try alice.round().notes.contains { $0.contains("did you mean 'skills-patterns'?") })
        alice.collections = [CollectionName("skils-patterns")].compactMap { $0 }
        let report = try alice.round()
        #expect(report.status == .usage)
        #expect(report.failure?.description.contains("did you mean 'skills-patterns'?") == true)
    }
}
