import Digest
import Federation
import Postgres

/// What was said, and what stands of it, now and in the past.
extension SettlementTransaction {
    /// The statements about `id` that stand, or stood at `time`, by origin.
    func heldContributions(of id: PatternID, at time: Timestamp?) throws -> [HeldContribution] {
        guard let time else { return try decode(current(id)) }
        // Per origin the newest of what had been received and not yet been superseded: where an older statement was
        // brought back, both intervals contain the time, and the versions' own order tells them apart.
        let result = try connection.execute(
            """
            SELECT DISTINCT ON (node) node, incarnation, revision, checksum, vector_digest, value, updated_at,
                payload, is_erased, is_withheld, path, received_at, vector_model, octet_length(vector), content_digest
            FROM (
                SELECT node, incarnation, revision, checksum, vector_digest, value, updated_at, payload, is_erased,
                    is_withheld, path, received_at, vector_model, vector, content_digest
                FROM contributions
                WHERE collection = \(collection.text) AND pattern_id = \(id.sql) AND received_at <= \(time.sql)
                UNION ALL
                SELECT node, incarnation, revision, checksum, vector_digest, value, updated_at, payload, is_erased,
                    is_withheld, path, received_at, vector_model, vector, content_digest
                FROM contribution_history
                WHERE collection = \(collection.text) AND pattern_id = \(id.sql) AND received_at <= \(time.sql)
                    AND superseded_at > \(time.sql)
            ) AS stood
            ORDER BY node, incarnation DESC, revision DESC, checksum DESC, vector_digest DESC NULLS LAST
            """
        )
        let retracted = try retractedContents(at: time)
        return try decode(result).map { held in
            var held = held
            held.isWithheld = contentDigest(held).map(retracted.contains) ?? false
            return held
        }
    }

    private func contentDigest(_ held: HeldContribution) -> SHA256Digest? {
        held.candidate.payload.map {
            ContentDigest.of(canonicalPayload: $0, collection: collection, hasher: SHA256())
        } ?? held.erasedContent
    }

    /// Digests of the contents that were retracted at `time`.
    private func retractedContents(at time: Timestamp) throws -> Set<SHA256Digest> {
        let result = try connection.execute(
            """
            SELECT content_digest FROM (
                SELECT DISTINCT ON (content_digest) content_digest, decision FROM resolutions
                WHERE collection = \(collection.text) AND content_digest IS NOT NULL AND received_at <= \(time.sql)
                ORDER BY content_digest, revision DESC, origin DESC
            ) AS r
            WHERE decision = 'retracted'
            """
        )
        return Set(try result.rows.map { try $0.digest(0) })
    }

    private func current(_ id: PatternID) throws -> QueryResult {
        try connection.execute(
            """
            SELECT node, incarnation, revision, checksum, vector_digest, value, updated_at, payload, is_erased,
                is_withheld, path, received_at, vector_model, octet_length(vector), content_digest
            FROM contributions WHERE collection = \(collection.text) AND pattern_id = \(id.sql) ORDER BY node
            """
        )
    }

    private func decode(_ result: QueryResult) throws -> [HeldContribution] {
        try result.rows.map { row in
            let isErased = try row.bool(8)
            let payload = try row.optionalText(7)?.utf8
            return HeldContribution(
                candidate: Candidate(
                    origin: try row.node(0),
                    version: try row.version(from: 1),
                    value: try row.optionalDouble(5) ?? 0,
                    updatedAt: Timestamp(microseconds: try row.optionalTimestamp(6) ?? 0),
                    payload: payload
                ),
                isRetraction: payload == nil && !isErased,
                isErased: isErased,
                isWithheld: try row.bool(9),
                path: try row.textArray(10).compactMap(NodeName.init),
                receivedAt: try row.time(11),
                vectorModel: try row.optionalString(12),
                vectorDimension: try row.optionalInt32(13).map { Int($0) / 4 },
                erasedContent: try row.isNull(14) ? nil : row.digest(14)
            )
        }
    }

    /// What operators decided about `id` and what `contributions` to it say, up to `time`, the newest first, at most
    /// `limit`.
    func resolutions(
        about id: PatternID,
        and contributions: [HeldContribution],
        at time: Timestamp?,
        limit: Int64
    ) throws -> [Resolution] {
        let contents = Set(contributions.compactMap(contentDigest)).map(\.bytes)
        let checksums = contributions.map(\.candidate.version.checksum.bytes)
        let result = try connection.execute(
            """
            SELECT \(unescaped: Resolution.columns) FROM resolutions AS r
            WHERE r.collection = \(collection.text)
                AND (r.pattern_id = \(id.sql) OR r.content_digest = ANY(\(contents))
                    OR r.content_digest IS NOT NULL AND r.covers && \(checksums))
                AND (\(optional: time?.sql)::timestamptz IS NULL OR r.received_at <= \(optional: time?.sql))
            ORDER BY r.revision DESC, r.origin DESC LIMIT \(limit)
            """
        )
        return try result.rows.map { try $0.resolution(from: 0) }
    }

    /// The statement by which text of `contributions` to `id` was erased: the newest, of the past the first since `time`,
    /// among the newest `limit` statements; `nil` where all text is there.
    func erasure(
        of id: PatternID,
        _ contributions: [HeldContribution],
        at time: Timestamp?,
        limit: Int64
    ) throws -> Resolution? {
        guard contributions.contains(where: \.isErased) else { return nil }
        let erasing = try resolutions(about: id, and: contributions, at: nil, limit: limit).filter(\.erases)
        guard let time else { return erasing.first }
        return erasing.last { $0.decidedAt > time } ?? erasing.first
    }

    /// Superseded versions of `id` that were received before `time`, the last first, at most `limit`.
    func history(of id: PatternID, before time: Timestamp?, limit: Int64) throws -> [SupersededContribution] {
        let result = try connection.execute(
            """
            SELECT node, incarnation, revision, checksum, value, updated_at, received_at, superseded_at,
                ended_by = 'revocation'
            FROM contribution_history
            WHERE collection = \(collection.text) AND pattern_id = \(id.sql)
                AND (\(optional: time?.sql)::timestamptz IS NULL OR superseded_at <= \(optional: time?.sql))
            ORDER BY superseded_at DESC, node, revision DESC LIMIT \(limit)
            """
        )
        return try result.rows.map { row in
            SupersededContribution(
                reference: try row.reference(from: 0),
                value: try row.optionalDouble(4),
                updatedAt: try row.optionalTimestamp(5).map(Timestamp.init(microseconds:)),
                receivedAt: try row.time(6),
                supersededAt: try row.time(7),
                wasLeftOut: try row.bool(8)
            )
        }
    }
}
