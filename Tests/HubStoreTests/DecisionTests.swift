import Digest
import Federation
import HubStore
import Testing
import TestSupport

@Suite("Operators' decisions in a real PostgreSQL", .serialized)
struct DecisionTests {
    private static let ruling = Histories.known(try? Ruling(reason: "seen to fail", decidedBy: "olga"))

    /// A store, what it accepted, and what was decided in it.
    private struct Course {
        let store: Store
        var accepted: [Contribution] = []
        var resolutions = StandingResolutions()
        var seconds: Int64 = 0

        var oracle: Oracle {
            var oracle = Oracle(accepted)
            oracle.resolutions = resolutions
            return oracle
        }

        mutating func tick() -> Timestamp {
            seconds += 1
            return ScratchStore.now.adding(seconds: seconds)
        }

        mutating func push(_ batch: [Contribution]) async throws {
            let outcome = try await store.ingest(batch.items, into: Histories.collection, now: tick())
            for (contribution, verdict) in zip(batch, outcome.verdicts) where verdict == .accepted {
                accepted.append(contribution)
            }
        }

        mutating func resolve(_ id: PatternID, using generator: inout SplitMix64) async throws {
            let now = tick()
            let record: ConflictRecord
            do { record = try await store.conflict(id, in: Histories.collection) } catch { return }
            guard let chosen = record.candidates.randomElement(using: &generator) else { return }
            let written = Bool.random(using: &generator)
            let outcome: (resolution: Resolution, winner: Winner?, stood: Bool)
            do {
                outcome = try await store.resolve(
                    id,
                    in: Histories.collection,
                    with: written
                        ? .written(Array(#"{"text":"written","value_score":0.8}"#.utf8))
                        : .content(chosen.version.checksum),
                    covers: record.candidates.map(\.version.checksum),
                    ruling: DecisionTests.ruling,
                    now: now
                )
            } catch StoreError.conflictNotOpen { return }
            resolutions.patterns[id] = outcome.resolution
        }

        mutating func retract(_ id: PatternID, alsoContent: Bool) async throws {
            let now = tick()
            let outcome = try await store.retract(
                id,
                in: Histories.collection,
                alsoContent: alsoContent,
                erases: false,
                ruling: DecisionTests.ruling,
                now: { now }
            )
            resolutions.patterns[id] = outcome.resolution
            for digest in outcome.contents { resolutions.contents[digest] = outcome.resolution }
        }

        mutating func lift(_ id: PatternID) async throws {
            let now = tick()
            let outcome: RetractionOutcome
            do {
                outcome = try await store.lift(
                    id,
                    in: Histories.collection,
                    ruling: DecisionTests.ruling,
                    now: { now }
                )
            } catch StoreError.notFound { return }
            resolutions.patterns[id] = nil
            for digest in outcome.contents { resolutions.contents[digest] = nil }
        }
    }

    private static func policy(_ strategy: ConflictStrategy, in store: Store) async throws -> CollectionPolicy {
        _ = try await store.setPolicy(
            of: Histories.collection,
            strategy: strategy,
            threshold: nil,
            now: ScratchStore.now
        )
        try await store.settle(Histories.collection, now: { ScratchStore.now })
        return try await store.policy(of: Histories.collection)
    }

    @Test("Whatever operators decide in between, winners are the oracle's", arguments: ConflictStrategy.allCases, 0..<4)
    func decisions(strategy: ConflictStrategy, seed: UInt64) async throws {
        try await ScratchStore.withStore { store in
            var generator = SplitMix64(seed: 500 + seed)
            let policy = try await DecisionTests.policy(strategy, in: store)
            var course = Course(store: store)
            var rest = Histories.random(statements: 90, patterns: 6, origins: 4, using: &generator)
            while !rest.isEmpty {
                let size = min(rest.count, Int.random(in: 1...8, using: &generator))
                try await course.push(Array(rest.prefix(size)))
                rest.removeFirst(size)
                let id = try #require(course.accepted.randomElement(using: &generator)).id
                switch Int.random(in: 0..<5, using: &generator) {
                case 0 where strategy == .manual, 1 where strategy == .manual:
                    try await course.resolve(id, using: &generator)
                case 2: try await course.retract(id, alsoContent: Bool.random(using: &generator))
                case 3, 4: try await course.lift(id)
                default: break
                }
                try await expect(store, toHold: course.oracle, under: policy)
            }
        }
    }

    @Test("Leaving out a node, or what it said since a time, is never having heard it", arguments: 0..<6)
    func revocation(seed: UInt64) async throws {
        try await ScratchStore.withStore { store in
            var generator = SplitMix64(seed: 900 + seed)
            let strategy = ConflictStrategy.allCases[Int(seed) % ConflictStrategy.allCases.count]
            let policy = try await DecisionTests.policy(strategy, in: store)
            let revoked = Histories.known(NodeName("node-1"))
            _ = try await store.enrol(revoked, role: .spoke, token: NodeToken(using: &generator), now: ScratchStore.now)
            let history = Histories.random(statements: 80, patterns: 6, origins: 3, using: &generator)
            var course = Course(store: store)
            for contribution in history { try await course.push([contribution]) }
            let cut: Int64? = seed.isMultiple(of: 2) ? nil : 40
            let since = cut.map { ScratchStore.now.adding(seconds: $0 + 1) }
            let later = course.tick()
            let before = try await store.policy(of: Histories.collection)
            let rehearsal = try await store.revokeLeavingOut(revoked, since: since, isDryRun: true, now: { later })
            try await expect(store, toHold: Oracle(history), under: before)
            let done = try await store.revokeLeavingOut(revoked, since: since, isDryRun: false, now: { later })
            #expect(done.leftOut == rehearsal.leftOut)
            #expect(done.leftOut > 0)
            #expect(done.reinstated == rehearsal.reinstated)
            #expect(done.changes.map(\.change) == rehearsal.changes.map(\.change))
            let heard = history.enumerated().filter { position, contribution in
                contribution.origin != revoked || cut.map { Int64(position) < $0 } ?? false
            }.map(\.element)
            try await expect(store, toHold: Oracle(heard), under: policy)
        }
    }

    @Test("What one revocation left out, a later one does not bring back")
    func revokedTwice() async throws {
        try await ScratchStore.withStore { store in
            var generator = SplitMix64(seed: 2)
            let revoked = Histories.known(NodeName("node-1"))
            _ = try await store.enrol(revoked, role: .spoke, token: NodeToken(using: &generator), now: ScratchStore.now)
            var course = Course(store: store)
            func say(_ revision: Int64, _ text: String) -> Contribution {
                Histories.contribution(id: 1, origin: 1, revision: revision, text: text, value: 0.9, time: 0)
            }
            try await course.push([say(1, "good")])
            let since = ScratchStore.now.adding(seconds: 2)
            try await course.push([say(2, "poison")])
            try await course.push([say(3, "more poison")])
            let first = course.tick()
            _ = try await store.revokeLeavingOut(revoked, since: since, isDryRun: false, now: { first })
            _ = try await store.enrol(revoked, role: .spoke, token: NodeToken(using: &generator), now: first)
            try await course.push([say(4, "news")])
            let second = course.tick()
            _ = try await store.revokeLeavingOut(
                revoked,
                since: second.adding(seconds: -1),
                isDryRun: false,
                now: { second }
            )
            let record = try await store.pattern(say(1, "good").id, in: Histories.collection)
            #expect(record.winner?.candidate?.version == say(1, "good").version)
        }
    }

    @Test("The past is explained by what stood then")
    func past() async throws {
        try await ScratchStore.withStore { store in
            var course = Course(store: store)
            func say(_ origin: Int, _ revision: Int64, _ value: Double) -> Contribution {
                Histories.contribution(
                    id: 1,
                    origin: origin,
                    revision: revision,
                    text: "text \(origin)",
                    value: value,
                    time: 0
                )
            }
            try await course.push([say(1, 1, 0.8)])
            try await course.push([say(2, 1, 0.9)])
            try await course.push([Histories.retraction(id: 1, origin: 2, revision: 2)])
            let id = say(1, 1, 0.8).id
            try await course.retract(id, alsoContent: false)
            func winner(at seconds: Int64) async throws -> String? {
                let time = ScratchStore.now.adding(seconds: seconds)
                let record = try await store.pattern(id, in: Histories.collection, at: time)
                return Decision(
                    of: id,
                    among: record.candidates,
                    resolution: record.decidingResolution,
                    under: record.policy,
                    hasher: SHA256()
                ).candidate?.origin.text
            }
            #expect(try await winner(at: 0) == nil)
            #expect(try await winner(at: 1) == "node-1")
            #expect(try await winner(at: 2) == "node-2")
            #expect(try await winner(at: 3) == "node-1")
            #expect(try await winner(at: 4) == nil)
        }
    }

    @Test("What is left of retracted winners goes when all who pull have applied it, and not before")
    func compaction() async throws {
        try await ScratchStore.withStore { store in
            var generator = SplitMix64(seed: 1)
            let reader = Histories.known(NodeName("reader"))
            _ = try await store.enrol(reader, role: .spoke, token: NodeToken(using: &generator), now: ScratchStore.now)
            try await store.noteSeen(reader, now: ScratchStore.now)
            var course = Course(store: store)
            for number in 1...3 {
                let text = "text \(number)"
                try await course.push([
                    Histories.contribution(id: number, origin: 1, revision: 1, text: text, value: 0.9, time: 0)
                ])
            }
            let node = try #require(try await store.nodes().first)
            func head() async throws -> Cursor {
                let manifest = try await store.manifest(for: node)
                let entry = manifest.entries.first { $0.policy.collection == Histories.collection }
                return try #require(entry.flatMap { Cursor($0.winners.cursor) })
            }
            let old = try await head()
            try await store.noteCheckpoint(old, of: reader, now: ScratchStore.now)
            let id = course.accepted[0].id
            try await course.retract(id, alsoContent: false)
            let later = ScratchStore.now.adding(seconds: 3600)
            // Seen since: live, and it has not applied the retraction.
            try await store.noteSeen(reader, now: later)
            #expect(try await store.compactWinners(of: Histories.collection, before: later) == 0)
            try await store.noteCheckpoint(try await head(), of: reader, now: later)
            #expect(try await store.compactWinners(of: Histories.collection, before: later) == 1)
            await #expect(throws: StoreError.self) {
                let request = FeedRequest(feed: .winners, collection: Histories.collection, since: old)
                try await FeedReader.open(request, in: store).finish()
            }
        }
    }
}
