import Digest
import Federation
import JSON
import Replication
import TestSupport
import Testing

@Suite("Two hubs are compared by ranges")
struct ReconciliationTests {
    /// How two hubs may have come apart.
    enum Divergence: CaseIterable {
        case none, lackingHere, lackingThere, olderHere, olderThere, mixed, emptyHere, emptyThere, disjoint, bothEmpty
    }

    @Test("Whatever differs, both end with the same", arguments: Divergence.allCases, [1, 2, 3])
    func converges(_ divergence: Divergence, seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let pair = Pair(divergence, differences: 40, random: &random)
        let expected = pair.joined
        var tally = ReconciliationTally()
        try pair.cycle.run(pair.side, &tally)
        #expect(pair.side.statements == expected)
        #expect(pair.hub.statements == expected)
        // A second comparison finds nothing, and asks once.
        let before = pair.hub.requests
        var again = ReconciliationTally()
        try pair.cycle.run(pair.side, &again)
        #expect(again.isEqual && pair.hub.requests == before + 1)
    }

    @Test("Traffic follows the differences, not what is held", arguments: [0, 1, 4, 16, 64])
    func traffic(differences: Int) throws {
        var random = SplitMix64(seed: 11)
        let pair = Pair(.mixed, differences: differences, statements: 20_000, random: &random)
        let expected = pair.joined
        var tally = ReconciliationTally()
        try pair.cycle.run(pair.side, &tally)
        #expect(pair.hub.statements == expected && pair.side.statements == expected)
        // All of it would be about 5 MB.
        #expect(pair.hub.bytes <= 4_000 + differences * 16_000)
        #expect(pair.side.taken + pair.hub.pushedKeys.count <= differences)
    }

    @Test("What is not forwarded is neither pushed nor asked for")
    func withheld() throws {
        var random = SplitMix64(seed: 5)
        let pair = Pair(.lackingThere, differences: 30, random: &random)
        let before = pair.hub.statements
        pair.side.withheld = Set(pair.side.statements.versions.keys).subtracting(before.versions.keys)
        var tally = ReconciliationTally()
        try pair.cycle.run(pair.side, &tally)
        #expect(tally.isEqual && pair.hub.statements == before)
    }

    @Test("An interrupted pull goes on behind its last checkpoint")
    func resumes() throws {
        var random = SplitMix64(seed: 7)
        let pair = Pair(.emptyHere, differences: 0, statements: 300, random: &random)
        // Each answer but the last breaks off behind a few checkpoints.
        pair.hub.cuts = [18_000, 25_000, 9_000]
        var tally = PullTally()
        try PullCycle(client: pair.client, collection: .compared, feed: .contributions(withEchoes: false)).run(
            into: pair.side,
            &tally
        )
        #expect(pair.side.statements == pair.hub.statements)
        #expect(pair.hub.requests == 4)
        // What was verified is not asked for again: only what lay behind the last checkpoint of each answer came twice.
        #expect(pair.side.taken < 300 + 3 * pair.hub.checkpointInterval)
    }

    @Test("A hub that neither lists nor divides is found out")
    func undivided() throws {
        let client = Pair.client(StubbornHub())
        var tally = ReconciliationTally()
        #expect(throws: ReplicationError.self) {
            try ReconciliationCycle(client: client, collection: .compared).run(MemorySide(), &tally)
        }
    }
}

/// Answers every question with one part that is the whole.
private final class StubbornHub: HubTransport {
    func exchange(
        _ request: HubRequest,
        onHead: (HubReply) throws -> Void,
        onBody: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> HubReply {
        let set = SetDigest(count: 1, sum: SHA256.digest(of: [1]))
        let answer = DigestsAnswer(
            epoch: "one",
            cursor: "c",
            ranges: [.init(set: set, detail: .parts([RangeSummary(range: PatternRange(), set: set)]))]
        )
        let reply = HubReply(status: 200, contentType: "application/json")
        try onHead(reply)
        try answer.json.bytes.withUnsafeBytes { try onBody($0) }
        return reply
    }
}
