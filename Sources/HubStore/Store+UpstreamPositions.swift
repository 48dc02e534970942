package import Federation
import Postgres

extension Store {
    /// Refused statements kept of one upstream.
    private static let keptRefusals = Int64(Limits.quarantineItems)

    /// How far replication with the upstream at `url` has come.
    package func upstreamPositions(of url: String) async throws -> [UpstreamPosition] {
        try await pool.withConnection { connection in
            try connection.execute(
                """
                SELECT collection, feed, direction, cursor, number, items FROM upstream_positions
                WHERE url = \(url) ORDER BY collection, feed, direction
                """
            ).rows.map { try $0.position(of: url) }
        }
    }

    /// Saves `position` in the caller's transaction, so that it is kept with what it describes or not at all.
    ///
    /// Throws ``StoreError/notFound(_:)`` where the upstream was removed meanwhile.
    static func savePosition(_ position: UpstreamPosition, now: Timestamp, _ connection: Connection) throws {
        let saved = try connection.execute(
            """
            INSERT INTO upstream_positions AS p (
                url, collection, feed, direction, number, cursor, head, items, moved_at
            )
            SELECT url, \(position.collection.text), \(position.feed.rawValue), \(position.direction.rawValue),
                \(position.number), \(optional: position.cursor), \(position.number), \(position.items), \(now.sql)
            FROM upstreams WHERE url = \(position.url)
            ON CONFLICT (url, collection, feed, direction) DO UPDATE
            SET number = excluded.number, cursor = excluded.cursor, head = greatest(p.head, excluded.number),
                items = p.items + excluded.items, moved_at = excluded.moved_at,
                behind_since = CASE WHEN p.head > excluded.number THEN p.behind_since END
            """
        )
        guard saved.affectedRows > 0 else {
            throw StoreError.notFound(
                "the upstream \(position.url) was removed; `tributary-hub upstream list` shows them"
            )
        }
    }

    /// Saves how far was pushed, which statements of the position's collection the upstream did not take, and which of those it had not taken before
    /// are `settled`: taken now, or overtaken.
    package func savePush(
        _ position: UpstreamPosition,
        refusals: [UpstreamRefusal],
        settled: [ContributionKey],
        now: Timestamp
    ) async throws {
        try await pool.write { connection in
            try Store.savePosition(position, now: now, connection)
            if !settled.isEmpty {
                _ = try connection.execute(
                    """
                    DELETE FROM upstream_refusals AS r
                    USING unnest(\(settled.map(\.id.sql)), \(settled.map(\.origin.text))) AS k (pattern_id, origin)
                    WHERE r.url = \(position.url) AND r.collection = \(position.collection.text)
                        AND r.pattern_id = k.pattern_id AND r.origin = k.origin
                    """
                )
            }
            if !refusals.isEmpty { try Store.keep(refusals, at: position, now: now, connection) }
        }
    }

    private static func keep(
        _ refusals: [UpstreamRefusal],
        at position: UpstreamPosition,
        now: Timestamp,
        _ connection: Connection
    ) throws {
        var last: [ContributionKey: UpstreamRefusal] = [:]
        // A statement that was refused twice in one push is one refusal.
        for refusal in refusals { last[refusal.key] = refusal }
        let distinct = Array(last.values)
        _ = try connection.execute(
            """
            INSERT INTO upstream_refusals (url, collection, pattern_id, origin, revision, code, detail, refused_at)
            SELECT \(position.url), \(position.collection.text), n.pattern_id, n.origin, n.revision, n.code, n.detail, \(now.sql)
            FROM unnest(
                \(distinct.map(\.key.id.sql)), \(distinct.map(\.key.origin.text)), \(distinct.map(\.revision)),
                \(distinct.map(\.code)), \(distinct.map(\.detail))
            ) AS n (pattern_id, origin, revision, code, detail)
            ON CONFLICT (url, collection, pattern_id, origin) DO UPDATE SET revision = excluded.revision,
                code = excluded.code, detail = excluded.detail, refused_at = excluded.refused_at
            """
        )
        _ = try connection.execute(
            """
            DELETE FROM upstream_refusals WHERE ctid = ANY(ARRAY(
                SELECT ctid FROM upstream_refusals WHERE url = \(position.url)
                ORDER BY refused_at DESC, collection, pattern_id, origin OFFSET \(Store.keptRefusals)
            ))
            """
        )
    }

    /// Notes the `number` of the upstream's last change, as it was just heard of, and since when this hub is behind it.
    package func noteHead(
        of url: String,
        collection: CollectionName,
        feed: UpstreamPosition.Feed,
        number: Int64,
        now: Timestamp
    ) async throws {
        try await pool.write { connection in
            _ = try connection.execute(
                """
                INSERT INTO upstream_positions AS p (url, collection, feed, direction, head, behind_since)
                SELECT url, \(collection.text), \(feed.rawValue), 'pull', \(number),
                    CASE WHEN \(number) > 0 THEN \(now.sql) END
                FROM upstreams WHERE url = \(url)
                ON CONFLICT (url, collection, feed, direction) DO UPDATE
                SET head = excluded.head,
                    behind_since = CASE WHEN excluded.head > p.number THEN coalesce(p.behind_since, \(now.sql)) END
                WHERE p.head <> excluded.head OR (p.behind_since IS NOT NULL) <> (excluded.head > p.number)
                """
            )
        }
    }

    /// Forgets how far replication with the upstream at `url` has come, so that it begins anew.
    package func resetUpstreamPositions(of url: String) async throws {
        try await pool.write { connection in
            _ = try connection.execute(
                """
                UPDATE upstream_positions SET number = 0, cursor = NULL, head = 0, behind_since = NULL WHERE url = \(url)
                """
            )
        }
    }
}

extension Row {
    fileprivate func position(of url: String) throws -> UpstreamPosition {
        guard let collection = CollectionName(try string(0)),
            let feed = UpstreamPosition.Feed(rawValue: try string(1)),
            let direction = UpstreamPosition.Direction(rawValue: try string(2))
        else { throw StoreError.corrupt("how far replication has come") }
        return UpstreamPosition(
            url: url,
            collection: collection,
            feed: feed,
            direction: direction,
            cursor: try optionalString(3),
            number: try int64(4),
            items: try int64(5)
        )
    }
}
