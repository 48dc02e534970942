import Digest
import Federation
import HubStore
import JSON
import Testing
import TestSupport

@Suite("What hubs pass on to each other, in a real PostgreSQL", .serialized)
struct RelayTests {
    private static let collection = Histories.collection
    private static let north = Histories.known(NodeName("north"))
    private static let south = Histories.known(NodeName("south"))

    /// One thing that another hub passes on.
    private enum Message {
        case statements([Contribution])
        case resolutions([Resolution])
    }

    private static func policy(_ strategy: ConflictStrategy, in store: Store) async throws -> CollectionPolicy {
        let policy = try await store.setPolicy(
            of: collection,
            strategy: strategy,
            threshold: nil,
            now: ScratchStore.now
        )
        try await store.settle(collection, now: { ScratchStore.now })
        return policy
    }

    /// Everything twice, by two hubs, in batches and in any order.
    private static func messages(
        _ history: [Contribution],
        _ resolutions: [Resolution],
        using generator: inout SplitMix64
    ) -> [Message] {
        var messages: [Message] = []
        var statements = (history + history).shuffled(using: &generator)
        while !statements.isEmpty {
            let size = min(statements.count, Int.random(in: 1...30, using: &generator))
            messages.append(.statements(Array(statements.prefix(size))))
            statements.removeFirst(size)
        }
        var decisions = (resolutions + resolutions).shuffled(using: &generator)
        while !decisions.isEmpty {
            let size = min(decisions.count, Int.random(in: 1...4, using: &generator))
            messages.append(.resolutions(Array(decisions.prefix(size))))
            decisions.removeFirst(size)
        }
        return messages.shuffled(using: &generator)
    }

    private static func take(_ message: Message, in store: Store, using generator: inout SplitMix64) async throws {
        let relay = Bool.random(using: &generator) ? north : south
        switch message {
        case .statements(let statements):
            let items = statements.map { relayed($0, by: relay) }
            _ = try await store.relay(items, by: relay, into: collection, now: ScratchStore.now)
        case .resolutions(let resolutions):
            _ = try await store.relay(resolutions, by: relay, into: collection, now: { ScratchStore.now })
        }
    }

    private static func relayed(_ contribution: Contribution, by relay: NodeName) -> AdmittedItem {
        var contribution = contribution
        contribution.path.append(relay)
        var item = AdmittedItem(contribution: contribution, isNumbered: true, importedFrom: nil)
        item.isRelayed = true
        return item
    }

    @Test(
        "Whatever comes first, twice and by two ways: a hub is as one that heard it directly",
        arguments: ConflictStrategy.allCases,
        0..<6
    )
    func sameAsHeardDirectly(strategy: ConflictStrategy, seed: UInt64) async throws {
        try await ScratchStore.withStore { store in
            var generator = SplitMix64(seed: 4_000 + seed)
            let policy = try await RelayTests.policy(strategy, in: store)
            let history = Histories.random(statements: 90, patterns: 6, origins: 4, using: &generator)
            var resolutions = Histories.resolutions(about: history, count: 8, using: &generator)
            let standing = StandingResolutions(all: resolutions)
            for index in resolutions.indices where resolutions[index].retracts {
                // What is erased and lifted again depends on who still has the text, on one hub too.
                let isLast =
                    switch resolutions[index].subject {
                    case .pattern(let id): standing.patterns[id] == resolutions[index]
                    case .content(let digest): standing.contents[digest] == resolutions[index]
                    }
                resolutions[index].erases = isLast && Bool.random(using: &generator)
            }
            for message in RelayTests.messages(history, resolutions, using: &generator) {
                try await RelayTests.take(message, in: store, using: &generator)
            }
            let oracle = Oracle(history, resolutions: resolutions)
            try await expect(store, toHold: oracle, under: policy)
            #expect(try await store.collectionsWithUnappliedResolutions().isEmpty)
            try await RelayTests.expectErased(store, oracle)
        }
    }

    /// Nothing is left of the text of what was erased.
    private static func expectErased(_ store: Store, _ oracle: Oracle) async throws {
        for (key, contribution) in oracle.newest {
            guard let content = contribution.content else { continue }
            let pattern = oracle.resolutions.patterns[key.id]
            let isErased =
                pattern.map { $0.retracts && $0.erases } ?? false
                || oracle.resolutions.contents[Histories.contentDigest(content.payload)]?.erases ?? false
            let record = try await store.pattern(key.id, in: collection)
            let held = try #require(record.contributions.first { $0.candidate.origin == key.origin })
            #expect(held.isErased == isErased)
            #expect((held.candidate.payload == nil) == isErased)
        }
    }

    private static func say(_ revision: Int64, _ text: String, origin: Int = 1, value: Double = 0.9) -> Contribution {
        Histories.contribution(id: 1, origin: origin, revision: revision, text: text, value: value, time: 0)
    }

    @Test("What a node says here is overtaken by its own newer statement alone, by whichever path that came")
    func versionsDecide() async throws {
        try await ScratchStore.withStore { store in
            _ = try await store.ingest(
                [RelayTests.say(5, "here")].items,
                into: RelayTests.collection,
                now: ScratchStore.now
            )
            func relay(_ contribution: Contribution) async throws -> IngestOutcome {
                try await store.relay(
                    [RelayTests.relayed(contribution, by: RelayTests.north)],
                    by: RelayTests.north,
                    into: RelayTests.collection,
                    now: ScratchStore.now
                )
            }
            #expect(try await relay(RelayTests.say(4, "older")).verdicts == [.stale])
            #expect(try await relay(RelayTests.say(5, "here")).verdicts == [.unchanged])
            // Of two contents with one number the greater stands, whichever came first.
            let (here, there) = (RelayTests.say(5, "here"), RelayTests.say(5, "there"))
            let fork = try await relay(there)
            #expect(fork.verdicts == [there.version > here.version ? .accepted : .stale])
            #expect(fork.forks == [here.key])
            #expect(try await relay(RelayTests.say(6, "newer")).verdicts == [.accepted])
            let held = try await store.pattern(here.id, in: RelayTests.collection).contributions
            #expect(held.map(\.candidate.version) == [RelayTests.say(6, "newer").version])
            #expect(held.map(\.path) == [[RelayTests.north]])
        }
    }

    @Test("Text that was erased elsewhere comes back by whoever has it, and not where it is erased here")
    func erasedText() async throws {
        try await ScratchStore.withStore { store in
            let whole = RelayTests.say(5, "text")
            var erased = whole
            erased.statement = .erased
            func relay(_ contribution: Contribution) async throws -> Verdict? {
                try await store.relay(
                    [RelayTests.relayed(contribution, by: RelayTests.north)],
                    by: RelayTests.north,
                    into: RelayTests.collection,
                    now: ScratchStore.now
                ).verdicts.first
            }
            func held() async throws -> [HeldContribution] {
                try await store.pattern(whole.id, in: RelayTests.collection).contributions
            }
            #expect(try await relay(erased) == .accepted)
            #expect(try await relay(erased) == .unchanged)
            #expect(try await held().map(\.isErased) == [true])
            #expect(try await relay(whole) == .accepted)
            #expect(try await relay(erased) == .unchanged)
            #expect(try await held().map(\.isErased) == [false])
            let ruling = try Ruling(reason: "a customer's name", decidedBy: "olga")
            _ = try await store.retract(
                whole.id,
                in: RelayTests.collection,
                alsoContent: false,
                erases: true,
                ruling: ruling,
                now: { ScratchStore.now }
            )
            #expect(try await relay(whole) == .unchanged)
            #expect(try await relay(RelayTests.say(6, "text again")) == .accepted)
            let after = try await held()
            #expect(after.map(\.isErased) == [true])
            #expect(after.map(\.candidate.version.revision) == [6])
        }
    }

    @Test(
        "What was erased elsewhere is erased here, whether it is heard of before, with or after its being lifted",
        arguments: [[[0, 1]], [[1, 0]], [[0], [1]], [[1], [0]]],
        [true, false]
    )
    func liftedErasure(order: [[Int]], isByContent: Bool) async throws {
        try await ScratchStore.withStore { store in
            let (first, second) = (RelayTests.say(1, "text"), RelayTests.say(1, "another", origin: 2, value: 0.8))
            let statements = [first, second]
            _ = try await store.relay(
                statements.map { RelayTests.relayed($0, by: RelayTests.north) },
                by: RelayTests.north,
                into: RelayTests.collection,
                now: ScratchStore.now
            )
            let content = try #require(first.content)
            let resolutions = [Resolution.Decision.retracted, .lifted].enumerated().map { index, decision in
                Resolution(
                    subject: isByContent ? .content(Histories.contentDigest(content.payload)) : .pattern(first.id),
                    origin: RelayTests.south,
                    revision: 10 + Int64(index),
                    decision: decision,
                    covers: [first.version.checksum],
                    reason: "a customer's name",
                    decidedBy: "olga",
                    decidedAt: ScratchStore.now,
                    erases: decision == .retracted
                )
            }
            for batch in order {
                _ = try await store.relay(
                    batch.map { resolutions[$0] },
                    by: RelayTests.north,
                    into: RelayTests.collection,
                    now: { ScratchStore.now }
                )
            }
            let record = try await store.pattern(first.id, in: RelayTests.collection)
            let erased = Set(record.contributions.filter(\.isErased).map(\.candidate.origin))
            #expect(erased == (isByContent ? [first.origin] : [first.origin, second.origin]))
            #expect(record.contributions.allSatisfy { ($0.candidate.payload == nil) == $0.isErased })
            #expect(record.winner?.candidate?.origin == (isByContent ? second.origin : nil))
            #expect(try await store.collectionsWithUnappliedResolutions().isEmpty)
        }
    }

    @Test("Position and statements are saved together, or neither is")
    func positions() async throws {
        try await ScratchStore.withStore { store in
            let url = "https://hub.example"
            let position = UpstreamPosition(
                url: url,
                collection: RelayTests.collection,
                feed: .contributions,
                cursor: "c7",
                number: 7
            )
            func relay() async throws -> IngestOutcome {
                try await store.relay(
                    [RelayTests.relayed(RelayTests.say(1, "text"), by: RelayTests.north)],
                    by: RelayTests.north,
                    into: RelayTests.collection,
                    position: position,
                    now: ScratchStore.now
                )
            }
            await #expect(throws: StoreError.self) { try await relay() }
            #expect(try await store.heads(of: RelayTests.collection).contributions == 0)
            #expect(try await store.relayedOrigins().isEmpty)
            let upstream = Upstream(url: url, node: RelayTests.south, tokenFile: "token", addedAt: ScratchStore.now)
            try await store.addUpstream(upstream, now: ScratchStore.now)
            #expect(try await relay().verdicts == [.accepted])
            #expect(try await relay().verdicts == [.unchanged])
            let saved = try await store.upstreamPositions(of: url)
            #expect(saved.map(\.cursor) == ["c7"])
            #expect(saved.map(\.number) == [7])
            #expect(saved.map(\.items) == [1])
        }
    }

    @Test("What was just taken from an upstream is not offered to it")
    func resolutionsDoNotEcho() async throws {
        try await ScratchStore.withStore { store in
            let url = "https://hub.example"
            let upstream = Upstream(url: url, node: RelayTests.south, tokenFile: "token", addedAt: ScratchStore.now)
            try await store.addUpstream(upstream, now: ScratchStore.now)
            func position(_ direction: UpstreamPosition.Direction, _ number: Int64) -> UpstreamPosition {
                UpstreamPosition(
                    url: url,
                    collection: RelayTests.collection,
                    feed: .resolutions,
                    direction: direction,
                    number: number
                )
            }
            let resolution = Resolution(
                subject: .pattern(RelayTests.say(1, "text").id),
                origin: RelayTests.north,
                revision: 1,
                decision: .retracted,
                reason: "wrong",
                decidedBy: "olga",
                decidedAt: ScratchStore.now
            )
            func take(_ resolution: Resolution) async throws -> Int {
                try await store.relay(
                    [resolution],
                    by: RelayTests.north,
                    into: RelayTests.collection,
                    position: position(.pull, resolution.revision),
                    now: { ScratchStore.now }
                )
            }
            func offered() async throws -> Int64? {
                try await store.upstreamPositions(of: url).first { $0.direction == .push }?.number
            }
            try await store.savePush(position(.push, 0), refusals: [], settled: [], now: ScratchStore.now)
            #expect(try await take(resolution) == 1)
            #expect(try await offered() == 1)
            #expect(try await take(resolution) == 0)
            // Something of this hub's own lies between: all of it is offered.
            let ruling = try Ruling(reason: "right after all", decidedBy: "olga")
            _ = try await store.lift(
                RelayTests.say(1, "text").id,
                in: RelayTests.collection,
                ruling: ruling,
                now: { ScratchStore.now }
            )
            var second = resolution
            second.revision = 2
            #expect(try await take(second) == 1)
            #expect(try await offered() == 1)
            #expect(try await store.heads(of: RelayTests.collection).resolutions == 3)
        }
    }

    @Test("It is visible whose statements a hub passed on, and a node that moves here speaks after what it said there")
    func origins() async throws {
        try await ScratchStore.withStore { store in
            var generator = SplitMix64(seed: 1)
            var statements = (1...3).map { RelayTests.say(Int64($0), "text \($0)") }
            for index in statements.indices { statements[index].version.incarnation = 4 }
            let items = statements.map { RelayTests.relayed($0, by: RelayTests.north) }
            _ = try await store.relay(items, by: RelayTests.north, into: RelayTests.collection, now: ScratchStore.now)
            let later = ScratchStore.now.adding(seconds: 1)
            _ = try await store.relay(items, by: RelayTests.south, into: RelayTests.collection, now: later)
            let origins = try await store.relayedOrigins()
            #expect(origins.map(\.relay) == [RelayTests.north])
            #expect(origins.map(\.origin) == [statements[0].origin])
            #expect(origins.map(\.statements) == [3])
            #expect(origins.map(\.incarnation) == [4])
            let node = try await store.enrol(
                statements[0].origin,
                role: .spoke,
                token: NodeToken(using: &generator),
                now: later
            )
            #expect(node.incarnation == 5)
        }
    }
}
