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
            SELECT s.line, s.part, s.offset, s.length, s.key, s.id, s.checksum, s.vector_digest,
                CASE WHEN o.state = 0 AND o.accepted_revision = o.revision THEN o.revision END, s.number
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
            let place = SourcePlace(
                offset: statement.int64(2),
                length: Int(statement.int64(3)),
                key: statement.isNull(4) ? nil : statement.string(4)
            )
            let change = Change(
                line: statement.int64(0),
                place: Place(part: Int(statement.int64(1)), place: place),
                number: statement.int64(9),
                id: statement.patternID(5),
                checksum: statement.digest(6),
                vectorDigest: statement.digest(7)
            )
            found.append(Leaving(change: change, revision: statement.isNull(8) ? nil : statement.int64(8)))
        }
        return found
    }
}
