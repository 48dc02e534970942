package import Federation
import Postgres

extension Store {
    /// Superseded versions removed in one transaction.
    private static let retentionBatch: Int64 = 5_000

    /// How many changes all feeds have seen, as a measure of growth.
    package func changesSeen() async throws -> Int64 {
        try await pool.withConnection { connection in
            try connection.execute("SELECT coalesce(sum(number), 0)::bigint FROM feed_heads").first?.int64(0) ?? 0
        }
    }

    /// Tells PostgreSQL's planner how the hot tables look; after a bulk load it is wrong by orders of magnitude.
    package func analyze() async throws {
        try await pool.write { connection in
            // A rough picture is enough, and a tenth of the usual sample is not felt beside a bulk load.
            _ = try connection.execute("SET LOCAL default_statistics_target = 10")
            _ = try connection.execute("ANALYZE contributions, winners, feed_heads")
        }
    }

    /// Removes superseded versions from before `time`, a bounded number at a time; returns how many.
    package func removeHistory(before time: Timestamp) async throws -> Int {
        try await pool.write { connection in
            try connection.execute(
                """
                DELETE FROM contribution_history WHERE ctid = ANY(ARRAY(
                    SELECT ctid FROM contribution_history WHERE superseded_at < \(time.sql) LIMIT \(Store.retentionBatch)
                ))
                """
            ).affectedRows
        }
    }

    /// Removes the oldest superseded versions beyond `rows`, a bounded number at a time; returns how many.
    package func removeHistory(beyond rows: Int64) async throws -> Int {
        try await pool.write { connection in
            try connection.execute(
                """
                DELETE FROM contribution_history WHERE ctid = ANY(ARRAY(
                    SELECT ctid FROM contribution_history ORDER BY superseded_at
                    LIMIT least(
                        \(Store.retentionBatch), greatest((SELECT count(*) FROM contribution_history) - \(rows), 0)
                    )
                ))
                """
            ).affectedRows
        }
    }

    /// How often contributions met other contents, by collection, strategy, node and outcome.
    package func conflictOutcomes() async throws -> [ConflictOutcomeCount] {
        try await pool.withConnection { connection in
            try connection.execute(
                """
                SELECT collection, strategy, node, outcome, times FROM conflict_outcomes
                ORDER BY collection, strategy, node, outcome
                """
            ).rows.map { row in
                guard let strategy = ConflictStrategy(rawValue: try row.string(1)),
                    let kind = ConflictOutcome.Kind(rawValue: try row.string(3))
                else { throw StoreError.corrupt("a conflict outcome") }
                return ConflictOutcomeCount(
                    collection: try row.collection(0),
                    strategy: strategy,
                    outcome: ConflictOutcome(try row.node(2), kind),
                    times: try row.int64(4)
                )
            }
        }
    }
}

/// How often a node's contributions met other contents with this outcome.
package struct ConflictOutcomeCount: Sendable {
    package var collection: CollectionName
    package var strategy: ConflictStrategy
    package var outcome: ConflictOutcome
    package var times: Int64
}
