internal import Digest
internal import Federation
internal import SQLite

extension ScanTable {
    /// A pattern that may leave.
    struct Leaving {
        var change: Change
        /// Under which revision the hub has just this; `nil` where it has not.
        var revision: Int64?
    }

    /// Up to `limit` patterns behind position `line` that may leave, whether the hub has them or not.
    ///
    /// What the hub refused for good or an operator retracted is left out.
    func leaving(after line: Int64, limit: Int) throws -> [Leaving] {
        let statement = try database.prepare(
            """
            SELECT s.line, s.part, s.offset, s.length, s.id, s.checksum, s.vector_digest, s.key, s.number, s.reasons,
                s.spool_offset, s.spool_length,
                CASE WHEN o.state = 0 AND o.accepted_revision = o.revision THEN o.revision END
            FROM temp.scan AS s
            LEFT JOIN offered AS o ON o.collection = ?1 AND o.id = s.id AND o.is_retraction = 0
                AND o.checksum = s.checksum AND o.vector_digest = s.vector_digest
            WHERE s.line > ?2 AND s.standing = 1
                AND (o.id IS NULL OR (o.withheld IS NULL AND (o.state <> 2 OR o.is_retryable = 1)))
            ORDER BY s.line LIMIT ?3
            """
        )
        try statement.bind(collection, at: 1)
        try statement.bind(line, at: 2)
        try statement.bind(Int64(limit), at: 3)
        var found: [Leaving] = []
        while try statement.step() {
            found.append(
                Leaving(
                    change: ScanTable.change(statement),
                    revision: statement.isNull(12) ? nil : statement.int64(12)
                )
            )
        }
        return found
    }
}
