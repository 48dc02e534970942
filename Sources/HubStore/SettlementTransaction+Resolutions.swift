import Digest
import Federation
import JSON
import Postgres

extension SettlementTransaction {
    /// What operators resolved about `ids` and still holds, and which contents they retracted.
    func standingResolutions(of ids: [PatternID], _ heads: FeedHeads) throws -> StandingResolutions {
        guard heads.resolutions.number > 0 else { return StandingResolutions() }
        return StandingResolutions(
            patterns: try standing(of: ids),
            contents: try retractedContents()
        )
    }

    private func standing(of ids: [PatternID]) throws -> [PatternID: Resolution] {
        let result = try connection.execute(
            """
            SELECT \(unescaped: Resolution.columns) FROM unnest(\(Set(ids).map(\.sql))) AS k (pattern_id)
            CROSS JOIN LATERAL (
                SELECT * FROM resolutions WHERE collection = \(collection.text) AND pattern_id = k.pattern_id
                ORDER BY revision DESC, origin DESC LIMIT 1
            ) AS r
            WHERE r.decision <> 'lifted'
            """
        )
        return try result.rows.reduce(into: [:]) { found, row in
            let resolution = try row.resolution(from: 0)
            if case .pattern(let id) = resolution.subject { found[id] = resolution }
        }
    }

    /// The contents that operators retracted, by their digest.
    func retractedContents() throws -> [SHA256Digest: Resolution] {
        let result = try connection.execute(
            """
            SELECT \(unescaped: Resolution.columns) FROM (
                SELECT DISTINCT ON (content_digest) * FROM resolutions
                WHERE collection = \(collection.text) AND content_digest IS NOT NULL
                ORDER BY content_digest, revision DESC, origin DESC
            ) AS r
            WHERE r.decision = 'retracted'
            """
        )
        return try result.rows.reduce(into: [:]) { found, row in
            let resolution = try row.resolution(from: 0)
            if case .content(let digest) = resolution.subject { found[digest] = resolution }
        }
    }

    /// Keeps `resolution` as the feed's next statement; `isApplied` where winners follow it in this transaction.
    func insert(_ resolution: Resolution, isApplied: Bool, heads: inout FeedHeads) throws {
        heads.resolutions.number += 1
        heads.resolutions.set.insert(resolution.itemDigest(in: collection, hasher: SHA256()))
        var (id, digest): (PostgresText?, [UInt8]?) = (nil, nil)
        switch resolution.subject {
        case .pattern(let pattern): id = pattern.sql
        case .content(let content): digest = content.bytes
        }
        var content: ResolvedContent?
        if case .content(let resolved) = resolution.decision { content = resolved }
        _ = try connection.execute(
            """
            INSERT INTO resolutions (
                collection, pattern_id, content_digest, origin, revision, decision, covers, reason, decided_by,
                decided_at, received_at, erases, source_node, source_incarnation, source_revision, checksum, value,
                updated_at, payload, feed_number, is_applied, winners_number
            )
            VALUES (
                \(collection.text), \(optional: id), \(optional: digest), \(resolution.origin.text),
                \(resolution.revision), \(resolution.decision.name), \(resolution.covers.map(\.bytes)),
                \(resolution.reason), \(resolution.decidedBy), \(resolution.decidedAt.sql), \(now.sql),
                \(resolution.erases), \(optional: content?.source?.origin.text),
                \(optional: content?.source?.incarnation), \(optional: content?.source?.revision),
                \(optional: content?.checksum.bytes), \(optional: content?.value),
                \(optional: content?.updatedAt.sql), \(optional: (content?.payload).map { PostgresText(utf8: $0) }),
                \(heads.resolutions.number), \(isApplied),
                \(optional: isApplied ? heads.winners.number : nil)
            )
            """
        )
        if case .pattern(let pattern) = resolution.subject, resolution.decision.movesContributions {
            try renumberContributions(to: pattern, heads: &heads)
        }
    }
}

extension Resolution.Decision {
    /// Whether it changes what may be served of the contributions themselves, which their origins are to be told.
    fileprivate var movesContributions: Bool {
        switch self {
        case .retracted, .lifted: true
        case .content: false
        }
    }
}

extension Resolution {
    /// The columns of ``Row/resolution(from:)``, of a relation `r`.
    static let columns = """
        r.pattern_id, r.content_digest, r.origin, r.revision, r.decision, r.covers, r.reason, r.decided_by,
        r.decided_at, r.erases, r.source_node, r.source_incarnation, r.source_revision, r.checksum, r.value,
        r.updated_at, r.payload
        """
    /// How many ``columns`` there are.
    static let columnCount = 17
}

extension Row {
    /// A resolution, in ``Resolution/columns`` from `column` on.
    func resolution(from column: Int) throws -> Resolution {
        let subject: Resolution.Subject =
            try isNull(column) ? .content(digest(column + 1)) : .pattern(patternID(column))
        return Resolution(
            subject: subject,
            origin: try node(column + 2),
            revision: try int64(column + 3),
            decision: try decision(from: column),
            covers: try bytesArray(column + 5).compactMap { $0.withUnsafeBytes(SHA256Digest.init(bytes:)) },
            reason: try string(column + 6),
            decidedBy: try string(column + 7),
            decidedAt: try time(column + 8),
            erases: try bool(column + 9)
        )
    }

    private func decision(from column: Int) throws -> Resolution.Decision {
        switch try string(column + 4) {
        case "retracted": return .retracted
        case "lifted": return .lifted
        case "content":
            let checksum = try digest(column + 13)
            let source =
                try isNull(column + 10)
                ? nil
                : ContributionReference(
                    origin: node(column + 10),
                    incarnation: int32(column + 11),
                    revision: int64(column + 12),
                    checksum: checksum
                )
            return .content(
                ResolvedContent(
                    source: source,
                    payload: try optionalText(column + 16)?.utf8 ?? [],
                    checksum: checksum,
                    value: try double(column + 14),
                    updatedAt: try time(column + 15)
                )
            )
        default: throw StoreError.corrupt("a resolution's decision")
        }
    }
}
