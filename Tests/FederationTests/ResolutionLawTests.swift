import Digest
import Federation
import Testing
import TestSupport

@Suite("The law with operators: resolutions and retractions in any order")
struct ResolutionLawTests {
    /// A batch of statements, or a decision.
    private enum Event {
        case push([Contribution])
        case resolution(Resolution)
    }

    private func events(
        _ history: [Contribution],
        _ resolutions: [Resolution],
        using generator: inout SplitMix64
    ) -> [Event] {
        var events = history.delivered(using: &generator).map(Event.push)
        for resolution in resolutions {
            for _ in 0..<Int.random(in: 1...2, using: &generator) {
                events.insert(.resolution(resolution), at: Int.random(in: 0...events.count, using: &generator))
            }
        }
        return events
    }

    private func replica(after events: [Event], under policy: CollectionPolicy) -> Replica {
        var replica = Replica(policy: policy)
        for event in events {
            switch event {
            case .push(let batch): replica.push(batch)
            case .resolution(let resolution): replica.take(resolution)
            }
        }
        return replica
    }

    @Test("Winners and digests are the oracle's", arguments: ConflictStrategy.allCases, 0..<150)
    func arrival(strategy: ConflictStrategy, seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        let policy = Histories.policy(strategy)
        let history = Histories.random(statements: 50, patterns: 4, origins: 4, using: &generator)
        let resolutions = Histories.resolutions(about: history, count: 10, using: &generator)
        let oracle = Oracle(history, resolutions: resolutions)
        let replica = replica(after: events(history, resolutions, using: &generator), under: policy)
        #expect(replica.contributions == oracle.newest, "seed \(seed)")
        #expect(replica.live == oracle.winners(under: policy), "seed \(seed)")
        #expect(replica.contributionsDigest == oracle.contributionsDigest, "seed \(seed)")
        #expect(replica.winnersDigest == oracle.winnersDigest(under: policy), "seed \(seed)")
    }

    @Test("Changing from any strategy to any other is having decided by it from the start", arguments: 0..<100)
    func policyChange(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let strategies = ConflictStrategy.allCases
        let before = try #require(strategies.randomElement(using: &generator))
        let after = try #require(strategies.randomElement(using: &generator))
        let history = Histories.random(statements: 50, patterns: 4, origins: 4, using: &generator)
        let resolutions = Histories.resolutions(about: history, count: 6, using: &generator)
        var replica = replica(
            after: events(history, resolutions, using: &generator),
            under: Histories.policy(before)
        )
        let policy = Histories.policy(after, threshold: 0.8, revision: 2)
        replica.settle(under: policy)
        let oracle = Oracle(history, resolutions: resolutions)
        #expect(replica.live == oracle.winners(under: policy), "seed \(seed): \(before) to \(after)")
        #expect(replica.winnersDigest == oracle.winnersDigest(under: policy), "seed \(seed)")
    }

    @Test("Leaving out an origin is never having heard it", arguments: ConflictStrategy.allCases, 0..<80)
    func leavingOut(strategy: ConflictStrategy, seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let policy = Histories.policy(strategy)
        let history = Histories.random(statements: 50, patterns: 4, origins: 4, using: &generator)
        let resolutions = Histories.resolutions(about: history, count: 6, using: &generator)
        let revoked = try #require(NodeName("node-\(seed % 4)"))
        var replica = replica(after: events(history, resolutions, using: &generator), under: policy)
        replica.leaveOut(revoked)
        let oracle = Oracle(history.filter { $0.origin != revoked }, resolutions: resolutions)
        #expect(replica.contributions == oracle.newest, "seed \(seed)")
        #expect(replica.live == oracle.winners(under: policy), "seed \(seed)")
        #expect(replica.contributionsDigest == oracle.contributionsDigest, "seed \(seed)")
        #expect(replica.winnersDigest == oracle.winnersDigest(under: policy), "seed \(seed)")
    }

    @Test("The checker bites: a lost resolution is noticed")
    func bites() throws {
        var generator = SplitMix64(seed: 3)
        let history = Histories.random(statements: 50, patterns: 4, origins: 4, using: &generator)
        let policy = Histories.policy(.highestValue)
        let live = try #require(Oracle(history).winners(under: policy).values.first)
        let retraction = Resolution(
            subject: .pattern(live.id),
            origin: Histories.known(NodeName("hub-0")),
            revision: 1,
            decision: .retracted,
            reason: "wrong",
            decidedBy: "olga",
            decidedAt: Timestamp(microseconds: 1)
        )
        let oracle = Oracle(history, resolutions: [retraction])
        #expect(oracle.winnersDigest(under: policy) != Oracle(history).winnersDigest(under: policy))
    }
}
