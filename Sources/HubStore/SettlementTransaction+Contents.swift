import Digest
import Federation
import Postgres

/// A content that a pattern has or had.
struct PresentContent {
    var checksum: SHA256Digest
    /// What the same content has under every id; see `ContentDigest`.
    var digest: SHA256Digest
    /// Whether its text is kept.
    var hasText: Bool
}

/// Contents by what is the same under whatever id.
extension SettlementTransaction {
    /// Withheld contributions read at once.
    private static var stepRows: Int64 { 500 }

    /// The contents that the contributions to `id` have and had, and what was made of them: all that was ever served.
    func contents(of id: PatternID) throws -> [PresentContent] {
        let result = try connection.execute(
            """
            SELECT checksum, payload, content_digest FROM contributions
            WHERE collection = \(collection.text) AND pattern_id = \(id.sql)
                AND (payload IS NOT NULL OR content_digest IS NOT NULL)
            UNION ALL
            SELECT checksum, payload, content_digest FROM contribution_history
            WHERE collection = \(collection.text) AND pattern_id = \(id.sql)
                AND (payload IS NOT NULL OR content_digest IS NOT NULL)
            UNION ALL
            SELECT checksum, payload, NULL FROM winners
            WHERE collection = \(collection.text) AND pattern_id = \(id.sql) AND payload IS NOT NULL
            UNION ALL
            SELECT checksum, payload, NULL FROM resolutions
            WHERE collection = \(collection.text) AND pattern_id = \(id.sql) AND payload IS NOT NULL
            """
        )
        return try result.rows.map { row in
            PresentContent(
                checksum: try row.digest(0),
                digest: try contentDigest(row, payload: 1, digest: 2),
                hasText: try !row.isNull(1)
            )
        }
    }

    /// The contents of the next contributions behind `key` that are withheld, or whose text was erased and is still known
    /// by its digest; `last` is `nil` when there are no more.
    func withheldContents(
        after key: ContributionKey?
    ) throws -> (contents: [(key: ContributionKey, digest: SHA256Digest)], last: ContributionKey?) {
        let result = try connection.execute(
            """
            SELECT pattern_id, node, payload, content_digest FROM contributions
            WHERE collection = \(collection.text)
                AND (is_withheld AND payload IS NOT NULL OR is_erased AND content_digest IS NOT NULL)
                AND (pattern_id, node) > (\(key?.id.sql ?? PostgresText(utf8: [])), \(key?.origin.text ?? ""))
            ORDER BY pattern_id, node LIMIT \(Self.stepRows)
            """
        )
        let contents = try result.rows.map { row in
            let key = ContributionKey(id: try row.patternID(0), origin: try row.node(1))
            return (key, try contentDigest(row, payload: 2, digest: 3))
        }
        return (contents, result.rowCount == Int(Self.stepRows) ? contents.last?.0 : nil)
    }

    private func contentDigest(_ row: Row, payload: Int, digest: Int) throws -> SHA256Digest {
        guard let text = try row.optionalText(payload)?.utf8 else { return try row.digest(digest) }
        return ContentDigest.of(canonicalPayload: text, collection: collection, hasher: SHA256())
    }
}
