import Digest
import Federation
import Postgres

extension RulingTransaction {
    /// Leaves out the next contributions of a revoked node behind pattern `id`, at most `limit`.
    mutating func leaveOut(_ revocation: Revocation, after id: PatternID?, limit: Int64) throws -> RevocationStep {
        let found = try connection.execute(
            """
            SELECT pattern_id FROM contributions
            WHERE collection = \(collection.text) AND pattern_id > \(id?.sql ?? PostgresText(utf8: []))
                AND node = \(revocation.node.text) AND incarnation <= \(revocation.incarnation)
                AND (\(optional: revocation.since?.sql)::timestamptz IS NULL OR received_at >= \(optional: revocation.since?.sql))
            ORDER BY pattern_id LIMIT \(limit)
            """
        )
        let ids = try found.rows.map { try $0.patternID(0) }
        guard !ids.isEmpty else { return RevocationStep() }
        let keys = Set(ids.map { ContributionKey(id: $0, origin: revocation.node) })
        let before = try settlement.storedContributions(of: keys)
        try settlement.supersede(Array(keys), by: .revocation)
        var step = RevocationStep(last: ids.count == Int(limit) ? ids.last : nil, leftOut: Int64(ids.count))
        if let since = revocation.since {
            step.reinstated = try reinstate(ids, of: revocation.node, before: since)
        }
        // The set changed, so its number does, also where nothing came in another's place.
        heads.contributions.number += max(1, step.reinstated)
        if step.reinstated > 0 { try follow(ids) }
        let after = try settlement.storedContributions(of: keys)
        for (key, stored) in before { heads.contributions.set.remove(digest(key, stored.version)) }
        for (key, stored) in after { heads.contributions.set.insert(digest(key, stored.version)) }
        step.changes = try settlement.decideAnew(ids, policy: policy, heads: &heads)
        return step
    }

    /// Puts back what `node` said of `ids` last before `time`; returns how many.
    private func reinstate(_ ids: [PatternID], of node: NodeName, before time: Timestamp) throws -> Int64 {
        let result = try connection.execute(
            """
            INSERT INTO contributions (
                collection, pattern_id, node, incarnation, revision, checksum, feed_number, value, updated_at,
                received_at, path, payload, vector_digest, vector_model, vector, is_withheld, is_erased,
                content_digest, peak_value
            )
            SELECT \(collection.text), h.pattern_id, h.node, h.incarnation, h.revision, h.checksum,
                \(heads.contributions.number) + row_number() OVER (ORDER BY h.pattern_id),
                CASE WHEN NOT h.is_erased THEN h.value END, CASE WHEN NOT h.is_erased THEN h.updated_at END,
                h.received_at, h.path, h.payload, h.vector_digest, h.vector_model, h.vector, h.is_withheld, h.is_erased,
                h.content_digest, (
                    SELECT max(held.value) FROM contribution_history AS held
                    WHERE held.collection = \(collection.text) AND held.pattern_id = h.pattern_id
                        AND held.node = h.node
                )
            FROM unnest(\(ids.map(\.sql))) AS k (pattern_id)
            CROSS JOIN LATERAL (
                SELECT * FROM contribution_history AS past
                WHERE collection = \(collection.text) AND pattern_id = k.pattern_id AND node = \(node.text)
                    AND received_at < \(time.sql) AND ended_by = 'newer-statement'
                    -- What an earlier revocation left out stays left out, also what was superseded before it.
                    AND NOT EXISTS (
                        SELECT FROM revocations AS r
                        WHERE r.node = past.node AND past.incarnation <= r.incarnation
                            AND (r.since IS NULL OR past.received_at >= r.since)
                    )
                ORDER BY incarnation DESC, revision DESC, checksum DESC, vector_digest DESC NULLS LAST LIMIT 1
            ) AS h
            """
        )
        return Int64(result.affectedRows)
    }

    /// Withholds what came back and was retracted meanwhile.
    private mutating func follow(_ ids: [PatternID]) throws {
        let retracted = try settlement.retractedContents()
        let result = try connection.execute(
            """
            SELECT pattern_id, node, payload, is_withheld, content_digest FROM contributions
            WHERE collection = \(collection.text) AND pattern_id = ANY(\(ids.map(\.sql)))
                AND (payload IS NOT NULL OR content_digest IS NOT NULL)
            """
        )
        try settlement.setWithheld(try settlement.outOfLine(result, retracted), heads: &heads)
    }

    private func digest(_ key: ContributionKey, _ version: ContributionVersion) -> SHA256Digest {
        ItemDigest.contribution(
            collection: collection,
            id: key.id,
            origin: key.origin,
            version: version,
            hasher: SHA256()
        )
    }
}
