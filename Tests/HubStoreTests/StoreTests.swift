import Digest
import Federation
import HubStore
import Postgres
import PostgresCluster
import Testing
import TestSupport

@Suite("The store in a real PostgreSQL", .serialized)
struct StoreTests {
    @Test("What is stored is what the law prescribes, whatever the order", arguments: ConflictStrategy.allCases, 0..<6)
    func law(strategy: ConflictStrategy, seed: UInt64) async throws {
        try await ScratchStore.withStore { store in
            var generator = SplitMix64(seed: seed)
            let history = Histories.random(statements: 120, patterns: 8, origins: 4, using: &generator)
            _ = try await store.setPolicy(
                of: Histories.collection,
                strategy: strategy,
                threshold: nil,
                now: ScratchStore.now
            )
            let policy = try await store.policy(of: Histories.collection)
            try await store.settle(Histories.collection, now: { ScratchStore.now })
            for batch in (history + history).shuffled(using: &generator).batches(using: &generator) {
                _ = try await store.ingest(batch, into: Histories.collection, now: ScratchStore.now)
            }
            try await expect(store, toHold: Oracle(history), under: policy)
        }
    }

    @Test("After a change of policy everything is as if it had been the policy from the start", arguments: 0..<4)
    func policyChange(seed: UInt64) async throws {
        try await ScratchStore.withStore { store in
            var generator = SplitMix64(seed: 100 + seed)
            let history = Histories.random(statements: 120, patterns: 8, origins: 4, using: &generator)
            _ = try await store.ingest(history.items, into: Histories.collection, now: ScratchStore.now)
            for (strategy, threshold) in [(ConflictStrategy.latest, 0.8), (.highestValue, 0.95), (.latest, 0.5)] {
                let policy = try await store.setPolicy(
                    of: Histories.collection,
                    strategy: strategy,
                    threshold: threshold,
                    now: ScratchStore.now
                )
                #expect(try await store.unsettledCollections() == [Histories.collection])
                try await store.settle(Histories.collection, now: { ScratchStore.now })
                #expect(try await store.unsettledCollections().isEmpty)
                try await expect(store, toHold: Oracle(history), under: policy)
            }
        }
    }

    @Test("Sending everything again changes nothing and moves no feed")
    func replay() async throws {
        try await ScratchStore.withStore { store in
            var generator = SplitMix64(seed: 3)
            let history = Histories.random(statements: 60, patterns: 6, origins: 3, using: &generator)
            let first = try await store.ingest(history.items, into: Histories.collection, now: ScratchStore.now)
            let again = try await store.ingest(history.items, into: Histories.collection, now: ScratchStore.now)
            #expect(first.cursor == again.cursor)
            #expect(!again.verdicts.contains(.accepted))
        }
    }

    @Test("Superseded versions are kept, and retention removes them")
    func history() async throws {
        try await ScratchStore.withStore { store in
            for revision in 1...3 {
                let statement = Histories.contribution(
                    id: 1,
                    origin: 1,
                    revision: Int64(revision),
                    text: "v\(revision)",
                    value: 0.8,
                    time: 0
                )
                _ = try await store.ingest([statement].items, into: Histories.collection, now: ScratchStore.now)
            }
            // Two statements about one pattern in one batch: both were accepted, so both are part of the past or present.
            let pair = (4...5).map { revision in
                Histories.contribution(
                    id: 1,
                    origin: 1,
                    revision: Int64(revision),
                    text: "v\(revision)",
                    value: 0.8,
                    time: 0
                )
            }
            _ = try await store.ingest(pair.items, into: Histories.collection, now: ScratchStore.now)
            let id = try PatternID("pattern-1")
            let record = try await store.pattern(id, in: Histories.collection)
            #expect(record.history.map(\.reference.revision).sorted() == [1, 2, 3, 4])
            #expect(record.contributions.count == 1)
            #expect(try await store.removeHistory(before: ScratchStore.now) == 0)
            #expect(try await store.removeHistory(before: ScratchStore.now.adding(seconds: 1)) == 4)
            #expect(try await store.pattern(id, in: Histories.collection).history.isEmpty)
        }
    }

    @Test("Quarantine counts what comes again and makes room beyond its bound")
    func quarantine() async throws {
        try await ScratchStore.withStore { store in
            let alice = Histories.known(NodeName("alice"))
            func item(_ number: Int) -> QuarantinedItem {
                let body = Array("bad \(number)".utf8)
                return QuarantinedItem(
                    collection: Histories.collection,
                    id: nil,
                    refusal: Refusal(.malformedJSON, "no"),
                    body: body,
                    bodyLength: Int64(body.count)
                )
            }
            #expect(try await store.quarantine([item(1), item(1), item(2)], of: alice, now: ScratchStore.now) == 0)
            #expect(try await store.quarantine([item(1)], of: alice, now: ScratchStore.now) == 0)
            let entries = try await store.quarantined(QuarantineSelection(node: alice), limit: 10)
            #expect(entries.map(\.times).sorted() == [1, 2])
            let many = (0..<Limits.quarantineItems).map { item(1_000 + $0) }
            let later = ScratchStore.now.adding(seconds: 1)
            #expect(try await store.quarantine(many, of: alice, now: later) == 2)
            #expect(
                try await store.quarantined(QuarantineSelection(node: alice), limit: Int64.max).count
                    == Limits.quarantineItems
            )
        }
    }

    @Test("A node is enrolled once, revoked, and enrolled again under the next incarnation")
    func nodes() async throws {
        try await ScratchStore.withStore { store in
            let alice = Histories.known(NodeName("alice"))
            var generator = SplitMix64(seed: 1)
            let (first, second) = (NodeToken(using: &generator), NodeToken(using: &generator))
            #expect(try await store.hasEnrolledNodes() == false)
            let enrolled = try await store.enrol(alice, role: .spoke, token: first, now: ScratchStore.now)
            #expect(enrolled.incarnation == 1)
            await #expect(throws: StoreError.self) {
                try await store.enrol(alice, role: .spoke, token: second, now: ScratchStore.now)
            }
            #expect(try await store.node(presenting: first)?.name == alice)
            #expect(try await store.node(presenting: second) == nil)
            #expect(try await store.revoke(alice, now: ScratchStore.now))
            #expect(try await store.revoke(alice, now: ScratchStore.now) == false)
            #expect(try await store.node(presenting: first)?.revokedAt == ScratchStore.now)
            let again = try await store.enrol(alice, role: .hub, token: second, now: ScratchStore.now)
            #expect(again.incarnation == 2)
            #expect(try await store.node(presenting: first) == nil)
            #expect(try await store.node(presenting: second)?.role == .hub)
        }
    }

    @Test("A cursor of another epoch, or of the future, is told to start over")
    func epochs() async throws {
        try await ScratchStore.withStore { store in
            let statement = Histories.contribution(id: 1, origin: 1, revision: 1, text: "a", value: 0.8, time: 0)
            _ = try await store.ingest([statement].items, into: Histories.collection, now: ScratchStore.now)
            let before = try await store.currentIdentity()
            let epoch = try #require(Hex.decode(before.epoch.replacing("-", with: "")))
            func open(_ number: Int64) async throws {
                let cursor = Cursor(epoch: epoch, feed: .winners, collection: Histories.collection, number: number)
                let request = FeedRequest(feed: .winners, collection: Histories.collection, since: cursor)
                let reader = try await FeedReader.open(request, in: store)
                await reader.finish()
            }
            try await open(1)
            await #expect(throws: StoreError.self) { try await open(2) }
            let after = try await store.beginEpoch((0..<16).map { UInt8($0) }, now: ScratchStore.now)
            #expect(after.hub == before.hub)
            #expect(after.epoch != before.epoch)
            await #expect(throws: StoreError.self) { try await open(1) }
        }
    }

    @Test("A copy of the database is the same hub in another epoch; opening it again is not another one")
    func restoredCopy() async throws {
        try await ScratchStore.withDatabase { connectionString in
            func identity(_ connectionString: String) async throws -> HubIdentity {
                let store = try await Store.open(
                    connectionString,
                    poolSize: 2,
                    now: ScratchStore.now,
                    newIdentity: { (0..<16).map { _ in UInt8.random(in: .min ... .max) } }
                )
                let identity = try await store.currentIdentity()
                await store.close()
                return identity
            }
            let original = try await identity(connectionString)
            #expect(try await identity(connectionString) == original)
            let elsewhere = connectionString.replacing("dbname=tributary", with: "dbname=postgres")
            let pool = PostgresPool(
                configuration: PostgresConfiguration(connectionString: elsewhere, applicationName: "copy")
            )
            _ = try await pool.withConnection { connection in
                try connection.execute("CREATE DATABASE restored TEMPLATE tributary").affectedRows
            }
            await pool.close()
            let restored = connectionString.replacing("dbname=tributary", with: "dbname=restored")
            let copy = try await identity(restored)
            #expect(copy.hub == original.hub)
            #expect(copy.epoch != original.epoch)
            #expect(try await identity(restored) == copy)
        }
    }
}
