import Digest
package import Federation
import Postgres

extension Store {
    /// Decides all patterns of `collection` under its present policy, batch by batch, while others go on pushing.
    ///
    /// Interrupted, it is begun again by whoever looks next; see ``unsettledCollections()``. `progress` is told how many
    /// patterns were decided so far.
    package func settle(
        _ collection: CollectionName,
        now: @Sendable () -> Timestamp,
        progress: (Int) -> Void = { _ in }
    ) async throws {
        let policy = try await policy(of: collection)
        var last: PatternID?
        var decided = 0
        while let batch = try await settle(collection, after: last, now: now()) {
            last = batch.last
            decided += batch.count
            progress(decided)
        }
        _ = try await pool.write { connection in
            try connection.execute(
                """
                UPDATE collections SET settled_revision = \(policy.revision)
                WHERE collection = \(collection.text) AND settled_revision < \(policy.revision)
                """
            ).affectedRows
        }
    }

    /// The number of the last change of the winners of `collection`.
    package func winnersNumber(of collection: CollectionName) async throws -> Int64 {
        try await pool.withConnection { connection in
            let result = try connection.execute(
                "SELECT number FROM feed_heads WHERE collection = \(collection.text) AND feed = 'winners'"
            )
            guard let row = result.first else { throw StoreError.collectionUnknown(collection) }
            return try row.int64(0)
        }
    }

    /// How many winners of `collection` changed after the change of that `number`, for whatever reason.
    package func winnersChanged(in collection: CollectionName, after number: Int64) async throws -> Int64 {
        try await pool.withConnection { connection in
            try connection.execute(
                "SELECT count(*) FROM winners WHERE collection = \(collection.text) AND feed_number > \(number)"
            ).first?.int64(0) ?? 0
        }
    }

    /// Collections whose policy changed and whose patterns have not all been decided under it.
    package func unsettledCollections() async throws -> [CollectionName] {
        try await pool.withConnection { connection in
            let result = try connection.execute(
                "SELECT collection FROM collections WHERE settled_revision < policy_revision ORDER BY collection"
            )
            return try result.rows.compactMap { CollectionName(try $0.string(0)) }
        }
    }

    /// Whether all patterns of `collection` were decided under its present policy.
    static func isSettled(_ collection: CollectionName, _ connection: Connection) throws -> Bool {
        try connection.execute(
            "SELECT settled_revision = policy_revision FROM collections WHERE collection = \(collection.text)"
        ).first?.bool(0) ?? false
    }

    /// Decides the next patterns behind `id`, at most ``Limits/batchItems``; returns them, `nil` when there are no more.
    private func settle(
        _ collection: CollectionName,
        after id: PatternID?,
        now: Timestamp
    ) async throws -> [PatternID]? {
        try await pool.write { connection in
            var heads = try FeedHeads.lock(collection, connection)
            let policy = try Store.policy(of: collection, connection)
            let result = try connection.execute(
                """
                SELECT DISTINCT pattern_id FROM contributions
                WHERE collection = \(collection.text) AND pattern_id > \(id?.sql ?? PostgresText(utf8: []))
                ORDER BY pattern_id LIMIT \(Int64(policy.strategy.batchItems))
                """
            )
            let ids = try result.rows.map { try $0.patternID(0) }
            guard !ids.isEmpty else { return nil }
            let transaction = SettlementTransaction(connection: connection, collection: collection, now: now)
            try transaction.joinByPlace()
            _ = try transaction.decideAnew(ids, policy: policy, heads: &heads)
            try heads.save(collection, connection)
            return ids
        }
    }
}
