package import Federation
import Postgres

extension Store {
    /// All upstreams, by URL.
    package func upstreams() async throws -> [Upstream] {
        try await pool.withConnection { connection in
            try connection.execute("SELECT \(unescaped: Upstream.columns) FROM upstreams ORDER BY url")
                .rows.map { try $0.upstream() }
        }
    }

    /// Adds `upstream`, or sets up anew the one at its URL; what was learned about that one stays.
    ///
    /// Where it then forwards other things than before, or under another name, both hubs are compared at the next contact.
    package func addUpstream(_ upstream: Upstream, now: Timestamp) async throws {
        try await pool.write { try Store.put(upstream, now: now, $0) }
    }

    /// Removes the upstream at `url` with all that was noted about it.
    ///
    /// Returns whether there was one. What both hubs have learned from each other stays.
    package func removeUpstream(url: String) async throws -> Bool {
        try await pool.write { connection in
            try connection.execute("DELETE FROM upstreams WHERE url = \(url)").affectedRows > 0
        }
    }

    /// Makes `upstreams` those of the configuration file: what was from there and is not any more is removed; what was
    /// added by a command stays.
    package func configureUpstreams(_ upstreams: [Upstream], now: Timestamp) async throws {
        try await pool.write { connection in
            _ = try connection.execute(
                "DELETE FROM upstreams WHERE is_configured AND url <> ALL(\(upstreams.map(\.url)))"
            )
            for var upstream in upstreams {
                upstream.isConfigured = true
                try Store.put(upstream, now: now, connection)
            }
        }
    }

    private static func put(_ upstream: Upstream, now: Timestamp, _ connection: Connection) throws {
        _ = try connection.execute(
            """
            INSERT INTO upstreams AS u (
                url, node, token_file, collections, min_value, sync_interval_seconds, is_configured, added_at
            )
            VALUES (
                \(upstream.url), \(upstream.node.text), \(upstream.tokenFile),
                \(optional: upstream.collections?.map(\.text)), \(upstream.minValue), \(upstream.syncIntervalSeconds),
                \(upstream.isConfigured), \(now.sql)
            )
            ON CONFLICT (url) DO UPDATE SET node = excluded.node, token_file = excluded.token_file,
                collections = excluded.collections, min_value = excluded.min_value,
                sync_interval_seconds = excluded.sync_interval_seconds, is_configured = excluded.is_configured,
                epoch = CASE WHEN u.node = excluded.node AND u.min_value = excluded.min_value
                    AND u.collections IS NOT DISTINCT FROM excluded.collections THEN u.epoch END,
                own_epoch = CASE WHEN u.node = excluded.node AND u.min_value = excluded.min_value
                    AND u.collections IS NOT DISTINCT FROM excluded.collections THEN u.own_epoch END
            """
        )
    }

    /// Takes or keeps the right to replicate with the upstream at `url` for the process `holder` (16 bytes).
    ///
    /// Returns whether it is granted: nobody else has it at `now`.
    package func leaseUpstream(
        _ url: String,
        holder: [UInt8],
        until: Timestamp,
        now: Timestamp
    ) async throws -> Bool {
        try await pool.write { connection in
            try connection.execute(
                """
                UPDATE upstreams SET leased_by = \(PostgresUUID(bytes: holder)), leased_until = \(until.sql)
                WHERE url = \(url) AND (
                    leased_by IS NULL OR leased_by = \(PostgresUUID(bytes: holder)) OR leased_until < \(now.sql)
                )
                """
            ).affectedRows > 0
        }
    }

    /// Gives back what ``leaseUpstream(_:holder:until:now:)`` granted to `holder`; harmless where nothing was.
    package func releaseUpstream(_ url: String, holder: [UInt8]) async throws {
        try await pool.write { connection in
            _ = try connection.execute(
                """
                UPDATE upstreams SET leased_by = NULL, leased_until = NULL
                WHERE url = \(url) AND leased_by = \(PostgresUUID(bytes: holder))
                """
            )
        }
    }
}
