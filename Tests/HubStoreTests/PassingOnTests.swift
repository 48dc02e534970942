import Digest
import Federation
import HubStore
import JSON
import Testing
import TestSupport

@Suite("What a hub has to pass on, and how two hubs find what differs", .serialized)
struct PassingOnTests {
    private static let collection = Histories.collection
    private static let north = Histories.known(NodeName("north"))
    private static let south = Histories.known(NodeName("south"))
    private static let everything = RelayFilter(excluding: [], minValue: 0)

    /// A statement as its origin's hub would take it from the wire.
    private static func admit(
        _ line: String,
        by relay: NodeName? = nil,
        as origin: String = "alice"
    ) throws -> AdmittedItem {
        let policy = Histories.policy(.highestValue)
        var id: PatternID?
        guard let relay else {
            let origin = Histories.known(NodeName(origin))
            return try Admission(
                policy: policy,
                origin: origin,
                incarnation: 1,
                now: ScratchStore.now,
                hasher: SHA256()
            ).admit(Array(line.utf8), id: &id)
        }
        return try Admission(of: policy, relayedBy: relay, now: ScratchStore.now, hasher: SHA256())
            .admit(Array(line.utf8), id: &id)
    }

    private static func items(of batch: RelayBatch, by relay: NodeName) throws -> [AdmittedItem] {
        var start = 0
        return try batch.items.map { item in
            defer { start = item.end }
            return try admit(String(decoding: batch.body[start..<item.end], as: UTF8.self), by: relay)
        }
    }

    private static func line(_ id: String, _ revision: Int, _ value: Double, vector: String = "") -> String {
        #"{"id":"\#(id)","revision":\#(revision),"payload":{"value_score":\#(value)}\#(vector)}"#
    }

    private static func push(_ lines: [String], as origin: String = "alice", to store: Store) async throws {
        let items = try lines.map { try admit($0, as: origin) }
        _ = try await store.ingest(items, into: collection, now: ScratchStore.now)
    }

    @Test("What is passed on is what was said, vectors and takings back included, and arrives unchanged")
    func unchanged() async throws {
        try await ScratchStore.withStore { store in
            let vector = #","vector":[1.0,0.5],"vector_model":"m""#
            try await PassingOnTests.push(
                [PassingOnTests.line("a", 1, 0.9, vector: vector), PassingOnTests.line("b", 1, 0.8)],
                to: store
            )
            try await PassingOnTests.push([#"{"id":"b","revision":2,"retracted":true}"#], to: store)
            let batch = try await store.contributionsToRelay(
                of: PassingOnTests.collection,
                after: 0,
                filter: PassingOnTests.everything,
                maximumItems: 10,
                maximumBytes: 1 << 20
            )
            #expect(batch.items.map(\.key.id.description) == ["a", "b"])
            #expect(batch.items.map(\.isRetraction) == [false, true])
            #expect(batch.through == 3)
            #expect(!batch.hasMore)
            let digest = try await store.summaries(of: [PatternRange()], in: PassingOnTests.collection)
            try await ScratchStore.withStore { other in
                let items = try PassingOnTests.items(of: batch, by: PassingOnTests.north)
                #expect(items.map(\.contribution.path) == [[PassingOnTests.north], [PassingOnTests.north]])
                _ = try await other.relay(
                    items,
                    by: PassingOnTests.north,
                    into: PassingOnTests.collection,
                    now: ScratchStore.now
                )
                #expect(try await other.summaries(of: [PatternRange()], in: PassingOnTests.collection) == digest)
            }
        }
    }

    @Test("What came from an upstream is not sent back, and what was forwarded once is followed when its value falls")
    func filters() async throws {
        try await ScratchStore.withStore { store in
            try await PassingOnTests.push(
                [PassingOnTests.line("low", 1, 0.2), PassingOnTests.line("falling", 1, 0.9)],
                to: store
            )
            try await PassingOnTests.push([PassingOnTests.line("falling", 2, 0.1)], to: store)
            let payload = #"{"value_score":0.9}"#
            let checksum = PatternChecksum.content(
                collection: PassingOnTests.collection,
                id: try PatternID("foreign"),
                payload: Array(payload.utf8),
                hasher: SHA256()
            ).hex
            let foreign =
                #"{"id":"foreign","origin":"kenji","incarnation":1,"revision":1,"path":[],"checksum":"\#(checksum)","#
                + #""payload":\#(payload)}"#
            let item = try PassingOnTests.admit(foreign, by: PassingOnTests.north)
            _ = try await store.relay(
                [item],
                by: PassingOnTests.north,
                into: PassingOnTests.collection,
                now: ScratchStore.now
            )
            func ids(_ filter: RelayFilter) async throws -> [String] {
                try await store.contributionsToRelay(
                    of: PassingOnTests.collection,
                    after: 0,
                    filter: filter,
                    maximumItems: 10,
                    maximumBytes: 1 << 20
                ).items.map(\.key.id.description)
            }
            func held(_ filter: RelayFilter) async throws -> [String] {
                try await store.statements(
                    in: PatternRange(),
                    of: PassingOnTests.collection,
                    filter: filter,
                    limit: 10
                ).map(\.key.id.description)
            }
            let (north, south) = (PassingOnTests.north, PassingOnTests.south)
            #expect(try await ids(PassingOnTests.everything) == ["low", "falling", "foreign"])
            #expect(try await ids(RelayFilter(excluding: [north], minValue: 0)) == ["low", "falling"])
            #expect(try await ids(RelayFilter(excluding: [south], minValue: 0.5)) == ["falling", "foreign"])
            #expect(try await ids(RelayFilter(excluding: [north], minValue: 0.5)) == ["falling"])
            #expect(try await held(RelayFilter(excluding: [north], minValue: 0.95)) == ["foreign"])
            #expect(try await held(RelayFilter(excluding: [north], minValue: 0.5)) == ["falling", "foreign"])
            try await PassingOnTests.push([#"{"id":"falling","revision":3,"retracted":true}"#], to: store)
            #expect(try await ids(RelayFilter(excluding: [north], minValue: 0.5)) == ["falling"])
        }
    }

    @Test("A batch ends at its bounds and goes on where it ended")
    func bounds() async throws {
        try await ScratchStore.withStore { store in
            let lines = (0..<250).map { PassingOnTests.line("p\(1_000 + $0)", 1, 0.9) }
            try await PassingOnTests.push(lines, to: store)
            var (position, seen): (Int64, [String]) = (0, [])
            var batches = 0
            while true {
                let batch = try await store.contributionsToRelay(
                    of: PassingOnTests.collection,
                    after: position,
                    filter: PassingOnTests.everything,
                    maximumItems: batches.isMultiple(of: 2) ? 40 : 1_000,
                    maximumBytes: 5_000
                )
                #expect(batch.items.count <= 40)
                seen += batch.items.map(\.key.id.description)
                position = batch.through
                batches += 1
                guard batch.hasMore else { break }
            }
            #expect(seen == (0..<250).map { "p\(1_000 + $0)" })
            let keys = batches > 3 ? [ContributionKey(id: try PatternID("p1007"), origin: try origin())] : []
            let selected = try await store.contributionsToRelay(of: PassingOnTests.collection, keys: keys)
            #expect(selected.items.map(\.key) == keys)
        }
    }

    private func origin() throws -> NodeName { try #require(NodeName("alice")) }

    /// Where the contributions of two hubs differ, found as hubs find it: by the documents they send each other.
    private static func differences(_ here: Store, _ there: Store) async throws -> (
        keys: Set<ContributionKey>, asked: Int
    ) {
        var keys: Set<ContributionKey> = []
        var ranges = [PatternRange()]
        var asked = 0
        while !ranges.isEmpty {
            let request = DigestsRequest(ranges: ranges, parts: 4, list: 4)
            let text = try await there.digests(
                try DigestsRequest(JSONDocument(parsing: request.json.bytes).root),
                of: collection
            ).json.bytes
            let answer = try #require(DigestsAnswer(try JSONDocument(parsing: text).root, to: request))
            asked += ranges.count
            var next: [PatternRange] = []
            for (range, found) in zip(ranges, answer.ranges) {
                switch found.detail {
                case .items(let items):
                    let own = try await here.statements(in: range, of: collection, limit: 1_000)
                    let theirs = Dictionary(uniqueKeysWithValues: items.map { ($0.key, $0.version) })
                    let ours = Dictionary(uniqueKeysWithValues: own.map { ($0.key, $0.version) })
                    for key in Set(theirs.keys).union(ours.keys) where theirs[key] != ours[key] { keys.insert(key) }
                case .parts(let parts):
                    let own = try await here.summaries(of: parts.map(\.range), in: collection)
                    next += zip(parts, own).filter { $0.set != $1 }.map(\.0.range)
                }
            }
            ranges = next
        }
        return (keys, asked)
    }

    @Test("Comparing by ranges finds exactly what differs, and asks little about what does not", arguments: 0..<4)
    func reconciliation(seed: UInt64) async throws {
        try await ScratchStore.withStore { here in
            try await ScratchStore.withStore { there in
                var generator = SplitMix64(seed: 60 + seed)
                let statements = Histories.random(statements: 600, patterns: 200, origins: 3, using: &generator)
                let missing = Set(
                    (0..<Int(seed) * 3).compactMap { _ in statements.randomElement(using: &generator)?.key }
                )
                let items = statements.items
                _ = try await here.ingest(items, into: PassingOnTests.collection, now: ScratchStore.now)
                _ = try await there.ingest(
                    items.filter { !missing.contains($0.contribution.key) },
                    into: PassingOnTests.collection,
                    now: ScratchStore.now
                )
                let found = try await PassingOnTests.differences(here, there)
                #expect(found.keys == missing)
                #expect(try await PassingOnTests.differences(there, here).keys == missing)
                // 1 for the whole, and for each difference the ranges on the way down: log4 of 600, and some slack.
                #expect(found.asked <= 1 + missing.count * 8)
                let whole = try await here.summaries(of: [PatternRange()], in: PassingOnTests.collection)
                #expect(whole == [Oracle(statements).contributionsDigest])
                let parts = try await here.parts(of: PatternRange(), in: PassingOnTests.collection, parts: 7)
                #expect((4...7).contains(parts.count))
                #expect(parts.reduce(into: SetDigest()) { $0.formUnion($1.set) } == whole.first)
                let sums = try await here.summaries(of: parts.map(\.range), in: PassingOnTests.collection)
                #expect(sums == parts.map(\.set))
            }
        }
    }
}
