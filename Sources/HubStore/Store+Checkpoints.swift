package import Federation
import Postgres

extension Store {
    /// Notes that `node` has applied a feed up to `cursor`; an older position than the noted one changes nothing.
    ///
    /// Throws ``StoreError/cursorReset(_:)`` for a cursor of another history.
    package func noteCheckpoint(_ cursor: Cursor, of node: NodeName, now: Timestamp) async throws {
        try await pool.write { connection in
            let epoch = try Store.epoch(connection)
            let heads = try FeedHeads.read(cursor.collection, connection)
            let head = heads[cursor.feed]
            guard cursor.epoch == epoch, cursor.number <= head.number else {
                throw StoreError.cursorReset("the cursor belongs to a history that this hub does not have; pull again")
            }
            _ = try connection.execute(
                """
                INSERT INTO checkpoints AS c (node, collection, feed, epoch, number, applied_at)
                VALUES (
                    \(node.text), \(cursor.collection.text), \(cursor.feed.name), \(PostgresUUID(bytes: epoch)),
                    \(cursor.number), \(now.sql)
                )
                ON CONFLICT (collection, feed, node) DO UPDATE
                SET epoch = excluded.epoch, number = excluded.number, applied_at = excluded.applied_at
                WHERE c.epoch <> excluded.epoch OR c.number < excluded.number
                """
            )
        }
    }

    /// Winners removed in one transaction.
    private static let compactionStep: Int64 = 5_000

    /// Removes what is left of retracted winners of `collection`, where it was decided before `time` and every live
    /// consumer has applied it; a consumer is live that was seen since `time`.
    ///
    /// Who comes with an older cursor is told to start over. Returns how many were removed.
    package func compactWinners(of collection: CollectionName, before time: Timestamp) async throws -> Int {
        var removed = 0
        while true {
            let step = try await pool.write { try Store.compact(collection, before: time, $0) }
            removed += step
            guard step == Int(Store.compactionStep) else { return removed }
        }
    }

    private static func compact(
        _ collection: CollectionName,
        before time: Timestamp,
        _ connection: Connection
    ) throws -> Int {
        let heads = try FeedHeads.lock(collection, connection)
        let floor =
            try connection.execute(
                """
                SELECT coalesce(min(c.number), \(heads.winners.number))
                FROM checkpoints AS c JOIN nodes AS n ON n.node = c.node
                WHERE c.collection = \(collection.text) AND c.feed = 'winners' AND c.epoch = (SELECT epoch FROM hub)
                    AND n.revoked_at IS NULL AND n.last_seen_at >= \(time.sql)
                """
            ).first?.int64(0) ?? heads.winners.number
        let removed = try connection.execute(
            """
            WITH removed AS (
                DELETE FROM winners WHERE ctid = ANY(ARRAY(
                    SELECT ctid FROM winners
                    WHERE collection = \(collection.text) AND state = 'retracted' AND feed_number <= \(floor)
                        AND decided_at < \(time.sql)
                    ORDER BY feed_number LIMIT \(Store.compactionStep)
                ))
                RETURNING feed_number
            )
            SELECT count(*), coalesce(max(feed_number), 0) FROM removed
            """
        )
        guard let row = removed.first, try row.int64(0) > 0 else { return 0 }
        _ = try connection.execute(
            """
            UPDATE feed_heads SET horizon = greatest(horizon, \(try row.int64(1)))
            WHERE collection = \(collection.text) AND feed = 'winners'
            """
        )
        return Int(try row.int64(0))
    }
}

extension Cursor.Feed {
    /// As the tables call it.
    var name: String {
        switch self {
        case .winners: "winners"
        case .contributions: "contributions"
        case .resolutions: "resolutions"
        }
    }
}
