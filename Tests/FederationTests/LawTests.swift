import Digest
import Federation
import Testing
import TestSupport

extension [Contribution] {
    /// The same statements delivered by a bad network: some twice, in another order, in batches of any size.
    func delivered(using generator: inout SplitMix64) -> [[Contribution]] {
        var rest = self
        for contribution in self where Bool.random(using: &generator) { rest.append(contribution) }
        rest.shuffle(using: &generator)
        var batches: [[Contribution]] = []
        while !rest.isEmpty {
            let size = Swift.min(rest.count, Int.random(in: 1...12, using: &generator))
            batches.append(Array(rest.prefix(size)))
            rest.removeFirst(size)
        }
        return batches
    }
}

@Suite("The law: order, repetition, batching and interleaving change nothing")
struct LawTests {
    @Test("Contributions, winners and digests are the oracle's", arguments: ConflictStrategy.allCases, 0..<150)
    func arrival(strategy: ConflictStrategy, seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        let policy = Histories.policy(strategy)
        let history = Histories.random(statements: 60, patterns: 5, origins: 4, using: &generator)
        let oracle = Oracle(history)
        var replica = Replica(policy: policy)
        for batch in history.delivered(using: &generator) { replica.push(batch) }
        #expect(replica.contributions == oracle.newest, "seed \(seed)")
        #expect(replica.live == oracle.winners(under: policy), "seed \(seed)")
        #expect(replica.contributionsDigest == oracle.contributionsDigest, "seed \(seed)")
        #expect(replica.winnersDigest == oracle.winnersDigest(under: policy), "seed \(seed)")
    }

    @Test("Deciding anew under another policy is deciding under it from the start", arguments: 0..<150)
    func policyChange(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        let history = Histories.random(statements: 70, patterns: 5, origins: 4, using: &generator)
        let thresholds = seed.isMultiple(of: 2) ? (0.7, 0.8) : (0.85, 0.6)
        var replica = Replica(policy: Histories.policy(.highestValue, threshold: thresholds.0))
        replica.push(Array(history.prefix(60)))
        let later = Histories.policy(.latest, threshold: thresholds.1, revision: 2)
        replica.policy = later
        replica.isSettled = false
        // Between the change and the settling, touched patterns are already decided under the new policy.
        replica.push(Array(history.suffix(10)))
        // What was touched is right already; the rest follows.
        let oracle = Oracle(history)
        for id in Set(history.suffix(10).map(\.id)) {
            #expect(replica.live[id] == oracle.winners(under: later)[id], "seed \(seed)")
        }
        replica.settle(under: later)
        #expect(replica.live == oracle.winners(under: later), "seed \(seed)")
        #expect(replica.winnersDigest == oracle.winnersDigest(under: later), "seed \(seed)")
    }

    @Test("The checker bites: a state that lost one statement is told apart")
    func bites() throws {
        var generator = SplitMix64(seed: 7)
        let history = Histories.random(statements: 60, patterns: 5, origins: 4, using: &generator)
        let newest = try #require(Oracle(history).newest.values.first { $0.content != nil })
        let lossy = history.filter { $0.version != newest.version || $0.id != newest.id || $0.origin != newest.origin }
        #expect(Oracle(lossy).contributionsDigest != Oracle(history).contributionsDigest)
    }

    @Test("Joining is commutative, associative and idempotent, also for equal numbers", arguments: 0..<100)
    func join(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        let versions = (0..<3).map { _ in
            ContributionVersion(
                incarnation: Int32.random(in: 1...2, using: &generator),
                revision: Int64.random(in: 1...2, using: &generator),
                checksum: SHA256Digest(words: (UInt64.random(in: 0...1, using: &generator), 0, 0, 0)),
                vectorDigest: .none
            )
        }
        let (a, b, c) = (versions[0], versions[1], versions[2])
        #expect(max(a, b) == max(b, a))
        #expect(max(max(a, b), c) == max(a, max(b, c)))
        #expect(max(a, a) == a)
    }
}

@Suite("Verdicts")
struct VerdictTests {
    private func verdicts(_ items: [(Contribution, Bool)], after: [Contribution] = []) -> [Verdict] {
        var settlement = BatchSettlement(
            policy: Histories.policy(.highestValue),
            isSettled: true,
            stored: after.reduce(into: [:]) {
                $0[ContributionKey(id: $1.id, origin: $1.origin)] = BatchSettlement.Stored(
                    version: $1.version,
                    value: $1.content?.value
                )
            },
            contributionsDigest: SetDigest(),
            winnersDigest: SetDigest(),
            hasher: SHA256()
        )
        settlement.join(items.map { AdmittedItem(contribution: $0.0, isNumbered: $0.1, importedFrom: nil) })
        return settlement.verdicts
    }

    private func statement(_ revision: Int64, _ text: String) -> Contribution {
        Histories.contribution(id: 1, origin: 1, revision: revision, text: text, value: 0.8, time: 0)
    }

    @Test("The same again is unchanged, an older statement stale, a newer one accepted")
    func numbered() {
        let found = verdicts(
            [(statement(5, "a"), true), (statement(4, "b"), true), (statement(6, "c"), true)],
            after: [statement(5, "a")]
        )
        #expect(found == [.unchanged, .stale, .accepted])
    }

    @Test("The same number with other content is two machines with one identity")
    func fork() {
        let found = verdicts([(statement(5, "b"), true)], after: [statement(5, "a")])
        guard case .refused(let refusal) = found.first else {
            Issue.record("the fork was \(found)")
            return
        }
        #expect(refusal.code == .revisionFork)
    }

    @Test("Without numbers of its own, an origin's statement is numbered only when it says something else")
    func unnumbered() {
        let found = verdicts(
            [(statement(1, "a"), false), (statement(1, "b"), false), (statement(1, "b"), false)],
            after: [statement(5, "a")]
        )
        #expect(found == [.unchanged, .accepted, .unchanged])
    }

    @Test("A retraction that overtakes its statement is kept; one without a number has nothing to take back")
    func earlyRetraction() {
        let retraction = Histories.retraction(id: 1, origin: 1, revision: 6)
        #expect(verdicts([(retraction, true), (statement(5, "a"), true)]) == [.accepted, .stale])
        #expect(verdicts([(retraction, false)]) == [.unchanged])
    }
}
