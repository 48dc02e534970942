import Digest
import Federation
import JSON
import Testing
import TestSupport

/// Admits `text` as if `origin` had sent it at `now`.
func admit(
    _ text: String,
    collection: String = "skills-patterns",
    origin: String = "alice",
    now: Timestamp = Histories.known(Timestamp("2026-11-21T12:00:00Z")),
    readsExports: Bool = false
) throws(Refusal) -> AdmittedItem {
    let name = Histories.known(CollectionName(collection))
    var policy = Histories.policy(.highestValue)
    policy.collection = name
    policy.valueRule = CollectionPolicy.standardValueRule(for: name)
    let admission = Admission(
        policy: policy,
        origin: Histories.known(NodeName(origin)),
        incarnation: 1,
        now: now,
        hasher: SHA256(),
        readsExports: readsExports
    )
    var splitter = LineSplitter(limit: Limits.itemBytes)
    var outcome: Result<AdmittedItem, Refusal>?
    func take(_ record: RecordSlice) {
        var id: PatternID?
        do throws(Refusal) { outcome = .success(try admission.admit(record, id: &id)) } catch {
            outcome = .failure(error)
        }
    }
    try? Array(text.utf8).withUnsafeBytes { try splitter.split($0, take) }
    try? splitter.finish(take)
    return try Histories.known(outcome).get()
}

@Suite("Strategies")
struct StrategyTests {
    @Test("The guide's example: 0.92 wins everywhere, whoever comes first")
    func guideExample() throws {
        let a = try admit(
            #"{"id":"skill-123","payload":{"skill_name":"NixOS module creation","value_score":0.85,"success_examples":["example1","example2"]}}"#,
            origin: "a"
        ).contribution
        let b = try admit(
            #"{"id":"skill-123","payload":{"skill_name":"NixOS module creation","value_score":0.92,"success_examples":["example3","example4","example5"]}}"#,
            origin: "b"
        ).contribution
        let candidates = [a, b].compactMap { Candidate($0, under: Histories.policy(.highestValue)) }
        #expect(ConflictStrategy.highestValue.winner(among: candidates)?.origin.text == "b")
        #expect(ConflictStrategy.highestValue.winner(among: candidates.reversed())?.origin.text == "b")
        let explanation = Explanation(
            of: a.id,
            among: candidates,
            resolution: nil,
            under: Histories.policy(.highestValue),
            hasher: SHA256()
        )
        #expect(explanation.decision.candidate?.origin.text == "b")
        #expect(explanation.margin == 0.07)
        #expect(explanation.runnerUp?.origin.text == "a")
        #expect(explanation.decidedBy == .value)
        #expect(explanation.contents == 2)
    }

    private func candidate(_ origin: String, _ value: Double, _ time: Int64, _ checksum: UInt64) -> Candidate {
        Candidate(
            origin: Histories.known(NodeName(origin)),
            version: ContributionVersion(
                incarnation: 1,
                revision: 1,
                checksum: SHA256Digest(words: (checksum, 0, 0, 0)),
                vectorDigest: .none
            ),
            value: value,
            updatedAt: Timestamp(microseconds: time)
        )
    }

    @Test("Each part of the tuple decides only where all before it are equal")
    func tuples() {
        let highest = ConflictStrategy.highestValue
        #expect(highest.prefers(candidate("b", 0.9, 1, 1), to: candidate("a", 0.8, 2, 2)))
        #expect(highest.prefers(candidate("b", 0.9, 2, 1), to: candidate("a", 0.9, 1, 2)))
        #expect(highest.prefers(candidate("b", 0.9, 2, 2), to: candidate("a", 0.9, 2, 1)))
        #expect(highest.prefers(candidate("a", 0.9, 2, 2), to: candidate("b", 0.9, 2, 2)))
        let latest = ConflictStrategy.latest
        #expect(latest.prefers(candidate("b", 0.8, 2, 1), to: candidate("a", 0.9, 1, 2)))
        #expect(latest.prefers(candidate("b", 0.9, 2, 1), to: candidate("a", 0.8, 2, 2)))
    }

    @Test("The order is total: of two different candidates exactly one is preferred", arguments: 0..<200)
    func total(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        func random(_ origin: String) -> Candidate {
            candidate(
                origin,
                Histories.known([0.7, 0.8].randomElement(using: &generator)),
                Int64.random(in: 0...1, using: &generator),
                UInt64.random(in: 0...1, using: &generator)
            )
        }
        let (a, b, c) = (random("a"), random("b"), random("c"))
        for strategy in ConflictStrategy.allCases {
            #expect(strategy.prefers(a, to: b) != strategy.prefers(b, to: a))
            if strategy.prefers(a, to: b), strategy.prefers(b, to: c) { #expect(strategy.prefers(a, to: c)) }
        }
    }
}

@Suite("Set digests")
struct SetDigestTests {
    @Test("Order does not matter, and removing undoes inserting", arguments: 0..<50)
    func group(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        let items = (0..<20).map { SHA256.digest(of: Array("\(seed) \($0)".utf8)) }
        var forward = SetDigest()
        for item in items { forward.insert(item) }
        var shuffled = SetDigest()
        for item in items.shuffled(using: &generator) { shuffled.insert(item) }
        #expect(forward == shuffled)
        var both = SetDigest()
        for item in items.prefix(9) { both.insert(item) }
        var rest = SetDigest()
        for item in items.dropFirst(9) { rest.insert(item) }
        both.formUnion(rest)
        #expect(both == forward)
        for item in items.shuffled(using: &generator) { forward.remove(item) }
        #expect(forward == SetDigest())
    }

    @Test("Carries run through all 256 bits")
    func carries() {
        let greatest = SHA256Digest(words: (.max, .max, .max, .max))
        let one = SHA256Digest(words: (0, 0, 0, 1))
        var digest = SetDigest()
        digest.insert(greatest)
        digest.insert(one)
        #expect(digest.sum == .none)
        #expect(digest.count == 2)
        digest.remove(greatest)
        #expect(digest.sum == one)
    }
}
