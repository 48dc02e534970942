internal import Digest
package import Federation
internal import SQLite

/// What came in snapshot files.
extension SpokeState {
    /// What a staged snapshot means for one collection.
    struct ImportCounts {
        var new: Int64 = 0
        var changed: Int64 = 0
        var unchanged: Int64 = 0
        /// Older than what was imported before.
        var stale: Int64 = 0
        /// Of all of them, those whose winner is held from the hub and stands before.
        var behindWinners: Int64 = 0
    }

    /// Runs `body`, which stages the items of a snapshot; they are forgotten with the connection.
    ///
    /// They are kept apart, so that nothing else waits while a large file is read.
    func stage(_ body: () throws -> Void) throws {
        try database.execute(
            """
            DROP TABLE IF EXISTS temp.staged;
            CREATE TEMPORARY TABLE staged (
                number INTEGER PRIMARY KEY,
                collection TEXT NOT NULL,
                id TEXT NOT NULL,
                origin TEXT NOT NULL,
                incarnation INTEGER NOT NULL,
                revision INTEGER NOT NULL,
                checksum BLOB NOT NULL,
                vector_digest BLOB NOT NULL,
                value REAL,
                updated_at INTEGER,
                payload TEXT NOT NULL,
                vector_model TEXT,
                vector BLOB,
                parents TEXT,
                content_digest BLOB NOT NULL,
                UNIQUE (collection, id)
            ) STRICT;
            """
        )
        try database.transaction(isDeferred: true, body)
    }

    /// Stages `item`, which has this value; returns false where the snapshot has named the pattern before.
    func stage(_ item: SnapshotItem, value: Double?, updatedAt: Timestamp?, in collection: CollectionName) throws
        -> Bool
    {
        let identity = item.identity
        let insert = try database.prepare(
            """
            INSERT OR IGNORE INTO temp.staged (collection, id, origin, incarnation, revision, checksum, vector_digest,
                value, updated_at, payload, vector_model, vector, parents, content_digest)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
            """
        )
        try insert.bind(collection.text, at: 1)
        try insert.bind(item.id, at: 2)
        try insert.bind(identity.origin?.text ?? SnapshotItem.unknownOrigin, at: 3)
        try insert.bind(Int64(identity.number?.incarnation ?? 0), at: 4)
        try insert.bind(identity.number?.revision ?? 0, at: 5)
        try insert.bind(identity.checksum, at: 6)
        try insert.bind(identity.vectorDigest, at: 7)
        if let value { try insert.bind(value, at: 8) }
        if let updatedAt { try insert.bind(updatedAt.microseconds, at: 9) }
        try item.payload.withUnsafeBytes { try insert.bind(text: $0, at: 10) }
        if let model = identity.vectorModel { try insert.bind(model, at: 11) }
        if let vector = item.vector { try insert.bind(vector, at: 12) }
        try insert.bind(identity.parents, at: 13)
        try insert.bind(
            ContentDigest.of(canonicalPayload: item.payload, collection: collection, hasher: hasher),
            at: 14
        )
        while try insert.step() {}
        return database.changedRows > 0
    }

    /// What the staged items of `collection` would mean.
    func importCounts(of collection: CollectionName) throws -> ImportCounts {
        let statement = try database.prepare(
            """
            SELECT count(*) FILTER (WHERE i.id IS NULL), count(*) FILTER (WHERE \(SpokeState.isSame)),
                count(*) FILTER (WHERE \(SpokeState.isOlder)), count(*), count(w.id)
            FROM temp.staged AS s
            LEFT JOIN imported AS i ON i.collection = ?1 AND i.id = s.id
            LEFT JOIN winners AS w ON w.collection = ?1 AND w.id = s.id
            WHERE s.collection = ?2
            """
        )
        // No collection has this number.
        try statement.bind(try existingNumber(of: collection) ?? 0, at: 1)
        try statement.bind(collection.text, at: 2)
        guard try statement.step() else { return ImportCounts() }
        var counts = ImportCounts(
            new: statement.int64(0),
            unchanged: statement.int64(1),
            stale: statement.int64(2),
            behindWinners: statement.int64(4)
        )
        counts.changed = statement.int64(3) - counts.new - counts.unchanged - counts.stale
        return counts
    }

    /// Keeps what is staged of `collections`, all of it or nothing; returns what it meant.
    func keepStaged(of collections: [CollectionName]) throws -> [ImportCounts] {
        try database.transaction {
            try collections.map { collection in
                let counts = try importCounts(of: collection)
                guard counts.new + counts.changed > 0 else { return counts }
                try keepStaged(of: collection, as: number(of: collection))
                return counts
            }
        }
    }

    private func keepStaged(of collection: CollectionName, as number: Int64) throws {
        try database.prepare(
            """
            INSERT INTO imported (collection, id, origin, incarnation, revision, checksum, vector_digest, value,
                updated_at, payload, vector_model, vector, parents, content_digest, changed_at)
            SELECT ?1, s.id, s.origin, s.incarnation, s.revision, s.checksum, s.vector_digest, s.value, s.updated_at,
                s.payload, s.vector_model, s.vector, s.parents, s.content_digest,
                (SELECT winner_changes + 1 FROM collections WHERE number = ?1)
            FROM temp.staged AS s LEFT JOIN imported AS i ON i.collection = ?1 AND i.id = s.id
            WHERE s.collection = ?2 AND (i.id IS NULL OR NOT (\(SpokeState.isSame)) AND NOT (\(SpokeState.isOlder)))
            ORDER BY s.number
            ON CONFLICT (collection, id) DO UPDATE SET origin = excluded.origin, incarnation = excluded.incarnation,
                revision = excluded.revision, checksum = excluded.checksum, vector_digest = excluded.vector_digest,
                value = excluded.value, updated_at = excluded.updated_at, payload = excluded.payload,
                vector_model = excluded.vector_model, vector = excluded.vector, parents = excluded.parents,
                content_digest = excluded.content_digest, changed_at = excluded.changed_at
            """
        ).run(number, collection.text)
        try database.prepare(
            """
            INSERT OR IGNORE INTO foreign_contents (collection, content_digest, id)
            SELECT ?1, content_digest, id FROM temp.staged WHERE collection = ?2 AND origin <> ?3
            """
        ).run(number, collection.text, try fact(.node) ?? "")
        try noteImport(to: number)
    }

    /// Whether the staged `s` is what was imported as `i`.
    private static let isSame = """
        i.checksum = s.checksum AND i.vector_digest = s.vector_digest AND i.origin = s.origin
        AND i.incarnation = s.incarnation AND i.revision = s.revision AND i.parents IS s.parents
        AND i.vector_model IS s.vector_model AND (i.vector IS NULL) = (s.vector IS NULL)
        """

    /// Whether the staged `s` is an earlier word of the origin of `i`.
    private static let isOlder = """
        i.origin = s.origin AND (s.incarnation, s.revision) < (i.incarnation, i.revision)
        """

    /// Has sinks write the collection again, and sources be read again: what was learned from a file is no own experience.
    private func noteImport(to collection: Int64) throws {
        try database.prepare(
            "UPDATE collections SET winner_changes = winner_changes + 1, scan_key = NULL WHERE number = ?1"
        ).run(collection)
    }

    /// How many patterns of `collection` were imported and are not held from the hub.
    package func importedCount(of collection: CollectionName) throws -> Int64 {
        let statement = try database.prepare(
            """
            SELECT count(*) FROM imported AS i
            WHERE i.collection = ?1
                AND NOT EXISTS (SELECT 1 FROM winners AS w WHERE w.collection = i.collection AND w.id = i.id)
            """
        )
        try statement.bind(try existingNumber(of: collection) ?? 0, at: 1)
        return try statement.step() ? statement.int64(0) : 0
    }

    /// Forgets everything that was imported; returns how many patterns that were.
    package func forgetImported() throws -> Int64 {
        try database.transaction {
            for collection in try collections() where try importedCount(of: collection) > 0 {
                try noteImport(to: number(of: collection))
            }
            try database.prepare("DELETE FROM imported").run()
            return database.changedRows
        }
    }

    /// Forgets what was imported of pattern `id`; returns whether anything was.
    func dropImported(_ id: PatternID, from collection: Int64) throws -> Bool {
        let delete = try database.prepare("DELETE FROM imported WHERE collection = ?1 AND id = ?2")
        try delete.bind(collection, at: 1)
        try delete.bind(id, at: 2)
        while try delete.step() {}
        return database.changedRows > 0
    }

    /// Forgets what was imported of patterns whose winner a pull from the beginning, the `generation`th, did not name.
    func dropImportedWinners(of collection: Int64, notOf generation: Int64) throws {
        try database.prepare(
            """
            DELETE FROM imported WHERE collection = ?1
                AND id IN (SELECT id FROM winners WHERE collection = ?1 AND generation <> ?2)
            """
        ).run(collection, generation)
    }
}
