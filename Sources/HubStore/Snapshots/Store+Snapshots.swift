import Federation
import Postgres

extension Store {
    /// Which versions the hub holds of `keys`.
    func versions(
        of keys: [ContributionKey],
        in collection: CollectionName
    ) async throws -> [ContributionKey: ContributionVersion] {
        guard !keys.isEmpty else { return [:] }
        return try await pool.withConnection { connection in
            let result = try connection.execute(
                """
                SELECT c.pattern_id, c.node, c.incarnation, c.revision, c.checksum, c.vector_digest
                FROM unnest(\(keys.map(\.id.sql)), \(keys.map(\.origin.text))) AS k (pattern_id, node)
                CROSS JOIN LATERAL (
                    SELECT * FROM contributions
                    WHERE collection = \(collection.text) AND pattern_id = k.pattern_id AND node = k.node LIMIT 1
                ) AS c
                """
            )
            var found: [ContributionKey: ContributionVersion] = [:]
            for row in result.rows {
                found[ContributionKey(id: try row.patternID(0), origin: try row.node(1))] = try row.version(from: 2)
            }
            return found
        }
    }

    /// The verdicts that joining `items` would lead to; nothing is kept.
    ///
    /// With `relay` they are passed on by the hub of this name. Throws as ``ingest(_:from:into:now:)`` does.
    func rehearse(
        _ items: [AdmittedItem],
        by relay: NodeName?,
        from sender: EnrolledNode,
        into collection: CollectionName,
        now: Timestamp
    ) async throws -> [Verdict] {
        try await pool.withConnection { connection in
            try connection.begin(.readWrite)
            defer { connection.rollback() }
            let transaction = SettlementTransaction(connection: connection, collection: collection, now: now)
            return try transaction.ingest(items, from: relay.map { .relay($0, sender) } ?? .origin(sender)).verdicts
        }
    }
}
