import Federation
import JSON
import Replication
import SpokeAgent
import Testing

@Suite("Why")
struct WhyTests {
    private static let document =
        #"{"collection":"skills-patterns","id":"a b","state":"live","winner":{"origin":"bruno","value":0.9}}"#

    let clock = TestClock()
    let hub: FakeHub
    let alice: Spoke

    init() {
        hub = FakeHub(clock: clock)
        alice = Spoke("alice", hub, clock)
    }

    private func why(_ id: String, at time: String? = nil) throws -> PatternExplanation {
        try PatternExplanation(of: PatternID(id), in: .skills, at: time.flatMap { Timestamp($0) }, from: alice.client())
    }

    @Test("What the hub knows is told in words, and as it came")
    func told() throws {
        hub.explanations["/v1/collections/skills-patterns/patterns/a%20b"] = WhyTests.document
        let explanation = try why("a b")
        #expect(explanation.text.hasPrefix("skills-patterns/a b: bruno's version is served, value 0.9\n"))
        #expect(explanation.document == Array(WhyTests.document.utf8))
        #expect(!explanation.isNeverSeen)
    }

    @Test("A time is asked for as the protocol spells it")
    func past() throws {
        hub.explanations["/v1/collections/skills-patterns/patterns/a%20b?at=2026-11-01T00%3A00%3A00.000000Z"] =
            WhyTests.document.replacing(#""state""#, with: #""at":"2026-11-01T00:00:00.000000Z","state""#)
        #expect(try why("a b", at: "2026-11-01").text.contains("at 2026-11-01T00:00:00Z: bruno's version was served"))
    }

    @Test("What no node ever said anything about is named, and the exit code tells")
    func neverSeen() throws {
        let unknown = try why("nothing")
        #expect(unknown.isNeverSeen && unknown.isUnknown)
        #expect(unknown.text.hasPrefix("no node ever said anything about skills-patterns/nothing"))
        #expect(unknown.text.contains("threshold 0.7"))
        let root = try JSONDocument(parsing: unknown.document).root
        #expect(root["absent"]?["code"]?.string == "never-seen" && root["source"]?.kind == .null)
        hub.explanations["/v1/collections/skills-patterns/patterns/nothing"] =
            #"{"collection":"skills-patterns","id":"nothing","absent":{"code":"never-seen","detail":""}}"#
        #expect(try why("nothing").isNeverSeen && !why("nothing").isUnknown)
    }

    @Test("A collection that the hub does not have is another matter")
    func collectionUnknown() throws {
        hub.faults = [("patterns/", .problem(404, "collection-unknown", retryAfter: nil))]
        let error = #expect(throws: ReplicationError.self) { try why("a") }
        #expect(error?.kind == .refused(status: 404))
    }

    @Test("A hub that is away for a moment is asked again")
    func retried() throws {
        hub.explanations["/v1/collections/skills-patterns/patterns/a%20b"] = WhyTests.document
        hub.faults = [("patterns/", .lostRequest)]
        #expect(try !why("a b").text.isEmpty)
        #expect(clock.pauses.count == 1)
    }

    @Test("An answer that is no document is not shown", arguments: ["", "[]", "{", "<html>"])
    func unreadable(_ text: String) throws {
        hub.explanations["/v1/collections/skills-patterns/patterns/a"] = text
        let error = #expect(throws: ReplicationError.self) { try why("a") }
        #expect(error?.kind == .notAHub)
    }
}
