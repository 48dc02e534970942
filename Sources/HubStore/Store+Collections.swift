package import Federation
import JSON
import Postgres

/// A collection as an operator sees it.
package struct CollectionSummary: Sendable {
    package var policy: CollectionPolicy
    package var winners: Int64
    package var contributions: Int64
    /// Whether all patterns have been decided under the policy.
    package var isSettled: Bool
}

extension Store {
    /// The policy of `collection`; throws ``StoreError/collectionUnknown(_:)``.
    package func policy(of collection: CollectionName) async throws -> CollectionPolicy {
        try await pool.withConnection { try Store.policy(of: collection, $0) }
    }

    static func policy(of collection: CollectionName, _ connection: Connection) throws -> CollectionPolicy {
        let result = try connection.execute(
            """
            SELECT collection, strategy, threshold, value_rule, policy_revision, merge_rules FROM collections
            WHERE collection = \(collection.text)
            """
        )
        guard let row = result.first else { throw StoreError.collectionUnknown(collection) }
        return try row.policy(from: 0)
    }

    /// All collections, by name.
    package func collections() async throws -> [CollectionSummary] {
        try await pool.withConnection { connection in
            let result = try connection.execute(
                """
                SELECT c.collection, c.strategy, c.threshold, c.value_rule, c.policy_revision, c.merge_rules, w.count,
                    k.count, c.settled_revision = c.policy_revision
                FROM collections AS c
                JOIN feed_heads AS w ON w.collection = c.collection AND w.feed = 'winners'
                JOIN feed_heads AS k ON k.collection = c.collection AND k.feed = 'contributions'
                ORDER BY c.collection
                """
            )
            return try result.rows.map { row in
                CollectionSummary(
                    policy: try row.policy(from: 0),
                    winners: try row.int64(6),
                    contributions: try row.int64(7),
                    isSettled: try row.bool(8)
                )
            }
        }
    }

    /// Makes `collection` where there is none, with the value rule its name stands for.
    ///
    /// Returns whether it was made.
    package func makeCollection(
        _ collection: CollectionName,
        strategy: ConflictStrategy,
        threshold: Double,
        now: Timestamp
    ) async throws -> Bool {
        try await pool.write { connection in
            let made = try connection.execute(
                """
                INSERT INTO collections (
                    collection, strategy, threshold, value_rule, policy_revision, settled_revision, created_at, updated_at
                )
                VALUES (
                    \(collection.text), \(strategy.rawValue), \(threshold),
                    \(CollectionPolicy.standardValueRule(for: collection).rawValue), 1, 1, \(now.sql), \(now.sql)
                )
                ON CONFLICT (collection) DO NOTHING
                """
            )
            _ = try connection.execute(
                """
                INSERT INTO feed_heads (collection, feed)
                SELECT \(collection.text), feed FROM unnest(\(["contributions", "winners", "resolutions"])) AS f (feed)
                ON CONFLICT (collection, feed) DO NOTHING
                """
            )
            if made.affectedRows > 0 {
                try Store.recordPolicy(of: collection, connection)
                // Hubs below wait for the manifest to change.
                try Store.announceChange(connection)
            }
            return made.affectedRows > 0
        }
    }

    /// Changes the policy of `collection`; `nil` leaves a part as it is.
    ///
    /// Returns the policy that holds now.
    ///
    /// Winners follow by ``settle(_:after:now:)``; until then each pattern that is touched is decided anew.
    package func setPolicy(
        of collection: CollectionName,
        strategy: ConflictStrategy?,
        threshold: Double?,
        mergeRules: MergeRules? = nil,
        now: Timestamp
    ) async throws -> CollectionPolicy {
        try await pool.write { connection in
            // The feed lock, so that no batch settles under two policies.
            _ = try FeedHeads.lock(collection, connection)
            let old = try Store.policy(of: collection, connection)
            let changed = old.changed(strategy: strategy, threshold: threshold, mergeRules: mergeRules)
            guard changed != old else { return old }
            _ = try connection.execute(
                """
                UPDATE collections SET strategy = \(changed.strategy.rawValue), threshold = \(changed.threshold),
                    merge_rules = \(changed.mergeRules.json.text), policy_revision = policy_revision + 1,
                    updated_at = \(now.sql)
                WHERE collection = \(collection.text)
                """
            )
            try Store.recordPolicy(of: collection, connection)
            try Store.announceChange(connection)
            return try Store.policy(of: collection, connection)
        }
    }

    /// Keeps the present policy for those who ask about the past.
    private static func recordPolicy(of collection: CollectionName, _ connection: Connection) throws {
        _ = try connection.execute(
            """
            INSERT INTO policies (
                collection, policy_revision, strategy, threshold, value_rule, merge_rules, since
            )
            SELECT collection, policy_revision, strategy, threshold, value_rule, merge_rules, updated_at
            FROM collections WHERE collection = \(collection.text)
            """
        )
    }

    /// The policies that `collection` had, the newest first, each with the time from which it held.
    package func policies(of collection: CollectionName) async throws -> [(policy: CollectionPolicy, since: Timestamp)]
    {
        try await pool.read { connection in
            let result = try connection.execute(
                """
                SELECT collection, strategy, threshold, value_rule, policy_revision, merge_rules, since FROM policies
                WHERE collection = \(collection.text) ORDER BY policy_revision DESC
                """
            )
            guard result.rowCount > 0 else { throw StoreError.collectionUnknown(collection) }
            return try result.rows.map { (try $0.policy(from: 0), try $0.time(6)) }
        }
    }

    /// The policy that `collection` had at `time`; its first one before that.
    static func policy(
        of collection: CollectionName,
        at time: Timestamp,
        _ connection: Connection
    ) throws -> CollectionPolicy {
        let result = try connection.execute(
            """
            SELECT collection, strategy, threshold, value_rule, policy_revision, merge_rules FROM policies
            WHERE collection = \(collection.text)
            ORDER BY since <= \(time.sql) DESC, CASE WHEN since <= \(time.sql) THEN -policy_revision ELSE policy_revision END
            LIMIT 1
            """
        )
        guard let row = result.first else { throw StoreError.collectionUnknown(collection) }
        return try row.policy(from: 0)
    }
}
