internal import Digest
internal import Federation
internal import Replication
internal import SQLite

/// What a scan of a collection's files found, in a temporary table, so that memory does not grow with the files.
final class ScanTable {
    /// What is to become of a line's pattern.
    ///
    /// What stands from 10 on is not to be offered, and to be taken back where it was.
    enum Standing: Int64 {
        /// To be offered.
        case offerable = 1
        /// Pulled from another node: neither to be offered nor to be taken back.
        case pulled = 2
        /// Unreadable but for its id: neither to be offered nor to be taken back.
        case unreadable = 3
        /// Held back by the guard: not to be offered, and to be taken back where the hub has just this.
        case held = 4
        case belowThreshold = 10
        case withoutValue = 11
        /// The file itself says that it is taken back.
        case retracted = 12
        /// Kept here by the sharing rules.
        case notShared = 13
    }

    /// Where a record stands.
    struct Place {
        /// Which of the parts it is in.
        var part: Int
        var place: SourcePlace
    }

    /// A pattern whose content the hub does not have yet.
    struct Change {
        /// The position in the scan.
        var line: Int64
        var place: Place
        /// Which record of its part it is, counted from 1.
        var number: Int64
        var id: PatternID
        var checksum: SHA256Digest
        /// `nil` where only reading it again tells.
        var vectorDigest: SHA256Digest?
        /// Codes of the rules because of which it leaves with placeholders or is warned of.
        var reasons: [String] = []
        /// Where the scan kept what is to be sent of it, if it did.
        var spooled: ContentSpool.Place?
        var offered: OfferedStatement?
    }

    /// A part of a source that is scanned.
    struct Part {
        /// By which the state knows it.
        var number: Int64
        /// Whether a pattern that it does not hold any more was taken back.
        var isWhole: Bool

        init(_ number: Int64, isWhole: Bool) {
            self.number = number
            self.isWhole = isWhole
        }
    }

    let state: SpokeState
    let collection: Int64
    /// Whether what is merely missing is left as it is, because it may stand where nothing could be read.
    var sparesMissing = false
    /// What is scanned, in the order in which ``Place/part`` counts.
    let parts: [Part]
    var database: SQLiteDatabase { state.database }

    /// An empty table for one collection; there is one at a time.
    init(state: SpokeState, collection: Int64, parts: [Part]) throws {
        self.state = state
        self.collection = collection
        self.parts = parts
        try database.execute(
            """
            DROP TABLE IF EXISTS temp.scan;
            CREATE TEMPORARY TABLE scan (
                line INTEGER PRIMARY KEY,
                number INTEGER NOT NULL,
                part INTEGER NOT NULL,
                offset INTEGER NOT NULL,
                length INTEGER NOT NULL,
                key TEXT,
                id TEXT NOT NULL,
                standing INTEGER NOT NULL,
                checksum BLOB,
                vector_digest BLOB,
                reasons TEXT,
                spool_offset INTEGER,
                spool_length INTEGER
            ) STRICT;
            DROP TABLE IF EXISTS temp.scan_partial;
            -- Parts from which a pattern may be missing without having been taken back.
            CREATE TEMPORARY TABLE scan_partial (
                number INTEGER PRIMARY KEY
            ) STRICT;
            """
        )
        for part in parts where !part.isWhole {
            try database.prepare("INSERT OR IGNORE INTO temp.scan_partial (number) VALUES (?1)").run(part.number)
        }
    }

    /// Runs `body`, which adds records, as one transaction; the table is this connection's alone, so nobody is kept from
    /// the state meanwhile.
    func fill(_ body: () throws -> Void) throws {
        try database.transaction(isDeferred: true, body)
    }

    /// Adds a record, which is the `number`th of its part, behind the others.
    ///
    /// Where the vector is not known yet it is taken for the one that was offered with the same content. `spooled` is where
    /// what is to be sent of it was kept.
    func add(
        _ item: SourceItem,
        at place: Place,
        number: Int64,
        isVectorKnown: Bool = true,
        spooled: ContentSpool.Place? = nil
    ) throws {
        let insert = try database.prepare(
            """
            INSERT INTO temp.scan (part, offset, length, id, standing, number, key, checksum, vector_digest, reasons,
                spool_offset, spool_length)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
            """
        )
        try insert.bind(Int64(place.part), at: 1)
        try insert.bind(place.place.offset, at: 2)
        try insert.bind(Int64(place.place.length), at: 3)
        try insert.bind(item.id, at: 4)
        try insert.bind(item.standing.rawValue, at: 5)
        try insert.bind(number, at: 6)
        if let key = place.place.key { try insert.bind(key, at: 7) }
        if item.standing == .offerable || item.standing == .held {
            try insert.bind(item.checksum, at: 8)
            if isVectorKnown { try insert.bind(item.vectorDigest, at: 9) }
        }
        if !item.reasons.isEmpty { try insert.bind(item.reasons.joined(separator: " "), at: 10) }
        if let spooled {
            try insert.bind(spooled.offset, at: 11)
            try insert.bind(Int64(spooled.length), at: 12)
        }
        while try insert.step() {}
    }

    /// Keeps of each pattern its last line alone.
    func keepLastLines() throws {
        try fill {
            try database.execute("CREATE INDEX temp.scan_id ON scan (id, line)")
            try database.execute(
                """
                DELETE FROM temp.scan WHERE line IN (
                    SELECT line FROM (SELECT line, id, lead(id) OVER (ORDER BY id, line) AS next FROM temp.scan)
                    WHERE next = id
                )
                """
            )
        }
    }

    /// Keeps which part says a pattern now.
    func noteParts() throws {
        try database.transaction {
            for (index, part) in parts.enumerated() {
                try database.prepare(
                    """
                    UPDATE offered SET part = ?3
                    WHERE collection = ?1 AND part IS NOT ?3 AND id IN (SELECT id FROM temp.scan WHERE part = ?2)
                    """
                ).run(collection, index, part.number)
            }
        }
    }

    /// How many patterns stand how.
    func counts() throws -> [Standing: Int64] {
        let statement = try database.prepare("SELECT standing, count(*) FROM temp.scan GROUP BY standing")
        var counts: [Standing: Int64] = [:]
        while try statement.step() {
            if let standing = Standing(rawValue: statement.int64(0)) { counts[standing] = statement.int64(1) }
        }
        return counts
    }

    /// Up to `limit` patterns behind `id` whose content the hub does not have, or may not have.
    ///
    /// What was refused for good is left out until its content changes. In the order of ids, because that is how what was
    /// offered is kept, here and at the hub: neighbours are written together.
    func changes(after id: PatternID?, limit: Int) throws -> [Change] {
        let statement = try database.prepare(
            """
            SELECT s.line, s.part, s.offset, s.length, s.id, s.checksum, s.vector_digest,
                s.key, s.number, s.reasons, s.spool_offset, s.spool_length,
                o.revision, o.checksum, o.vector_digest, o.is_retraction, o.state, o.accepted_revision, o.is_retryable
            FROM temp.scan AS s LEFT JOIN offered AS o ON o.collection = ?1 AND o.id = s.id
            WHERE s.id > ?2 AND s.standing = 1
                AND (o.id IS NULL OR o.checksum <> s.checksum OR o.vector_digest <> s.vector_digest
                    OR o.is_retraction = 1 OR o.state = 1 OR (o.state = 2 AND o.is_retryable = 1))
            ORDER BY s.id LIMIT ?3
            """
        )
        try statement.bind(collection, at: 1)
        try statement.bind(id ?? PatternID(canonical: []), at: 2)
        try statement.bind(Int64(limit), at: 3)
        var changes: [Change] = []
        while try statement.step() {
            var change = ScanTable.change(statement)
            change.offered = statement.isNull(12) ? nil : ScanTable.offered(statement, from: 12)
            changes.append(change)
        }
        return changes
    }

    /// Whether what was offered as `o` is not to be offered any more, by the scan's `s`.
    ///
    /// What is merely missing is gone where the part that said it is whole, or no source any more; where nobody knows the
    /// part, if all are whole.
    private var isGone: String {
        let isNamed = "s.standing >= 10 OR (s.standing = 4 AND (s.checksum = o.checksum OR o.is_retraction = 1))"
        guard !sparesMissing else { return "(\(isNamed))" }
        return """
            (\(isNamed) OR (s.id IS NULL AND (o.is_retraction = 1 OR NOT EXISTS (
                SELECT 1 FROM temp.scan_partial AS p WHERE p.number = o.part OR o.part IS NULL))))
            """
    }

    /// How many patterns that were offered would now be taken back, and how many the hub has of this node.
    func retractionCounts() throws -> (retractable: Int64, live: Int64) {
        let statement = try database.prepare(
            """
            SELECT count(*) FILTER (WHERE o.is_retraction = 0 AND \(isGone)), count(*)
            FROM offered AS o LEFT JOIN temp.scan AS s ON s.id = o.id
            WHERE o.collection = ?1 AND (o.is_live = 1 OR (o.is_retraction = 0 AND o.state = 1))
            """
        )
        try statement.bind(collection, at: 1)
        guard try statement.step() else { return (0, 0) }
        return (statement.int64(0), statement.int64(1))
    }

    /// Up to `limit` patterns behind `id` that are to be taken back, or whose retraction is still to be answered.
    func retractions(after id: PatternID?, limit: Int) throws -> [(id: PatternID, offered: OfferedStatement)] {
        let statement = try database.prepare(
            """
            SELECT o.id, o.revision, o.checksum, o.vector_digest, o.is_retraction, o.state, o.accepted_revision,
                o.is_retryable
            FROM offered AS o LEFT JOIN temp.scan AS s ON s.id = o.id
            WHERE o.collection = ?1 AND o.id > ?2 AND \(isGone)
                AND ((o.is_retraction = 0 AND (o.is_live = 1 OR o.state = 1))
                    OR (o.is_retraction = 1 AND (o.state = 1 OR (o.state = 2 AND o.is_retryable = 1))))
            ORDER BY o.id LIMIT ?3
            """
        )
        try statement.bind(collection, at: 1)
        try statement.bind(id ?? PatternID(canonical: []), at: 2)
        try statement.bind(Int64(limit), at: 3)
        var found: [(id: PatternID, offered: OfferedStatement)] = []
        var last = id
        while try statement.step() {
            let next = statement.patternID(0)
            // In a damaged table the same row is found behind itself, again and again.
            if let last, next <= last {
                throw state.damage("what was offered is out of order at \(ShownText.of(next.description))")
            }
            last = next
            found.append((next, ScanTable.offered(statement, from: 1)))
        }
        return found
    }

    /// Forgets what was refused and never taken, and is no longer to be offered.
    func forgetWithheldRefusals() throws {
        try database.prepare(
            """
            DELETE FROM offered WHERE collection = ?1 AND state = 2 AND is_live = 0 AND is_retraction = 0
                AND NOT EXISTS (SELECT 1 FROM temp.scan AS s WHERE s.id = offered.id AND s.standing < 10)
            """
        ).run(collection)
    }

    /// Drops the table.
    func drop() throws {
        try database.execute("DROP TABLE IF EXISTS temp.scan")
    }

    /// The change that a row begins with: line, part, offset, length, id, checksum, digest of the vector, key, number,
    /// reasons, and offset and length in the spool.
    static func change(_ row: Statement) -> Change {
        Change(
            line: row.int64(0),
            place: Place(
                part: Int(row.int64(1)),
                place: SourcePlace(
                    offset: row.int64(2),
                    length: Int(row.int64(3)),
                    key: row.isNull(7) ? nil : row.string(7)
                )
            ),
            number: row.int64(8),
            id: row.patternID(4),
            checksum: row.digest(5),
            vectorDigest: row.isNull(6) ? nil : row.digest(6),
            reasons: row.isNull(9) ? [] : row.string(9).split(separator: " ").map(String.init),
            spooled: row.isNull(10) ? nil : ContentSpool.Place(offset: row.int64(10), length: Int(row.int64(11)))
        )
    }

    private static func offered(_ statement: Statement, from column: Int) -> OfferedStatement {
        OfferedStatement(
            revision: statement.int64(column),
            checksum: statement.digest(column + 1),
            vectorDigest: statement.digest(column + 2),
            isRetraction: statement.bool(column + 3),
            state: OfferedStatement.State(rawValue: statement.int64(column + 4)) ?? .pending,
            acceptedRevision: statement.int64(column + 5),
            isRetryable: statement.bool(column + 6)
        )
    }
}
