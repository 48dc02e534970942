internal import Digest
internal import Federation
internal import SQLite

/// What goes into a snapshot file.
extension SpokeState {
    /// Makes room for this node's own patterns, and for the names of what stays here; both are forgotten with the
    /// connection.
    func beginExport() throws {
        try database.execute(
            """
            DROP TABLE IF EXISTS temp.outgoing;
            DROP TABLE IF EXISTS temp.kept_back;
            CREATE TEMPORARY TABLE outgoing (
                number INTEGER PRIMARY KEY,
                collection TEXT NOT NULL,
                id TEXT NOT NULL,
                origin TEXT NOT NULL,
                incarnation INTEGER NOT NULL,
                revision INTEGER NOT NULL,
                checksum BLOB NOT NULL,
                vector_digest BLOB NOT NULL,
                payload TEXT NOT NULL,
                vector_model TEXT,
                vector BLOB,
                UNIQUE (collection, id)
            ) STRICT;
            CREATE TEMPORARY TABLE kept_back (
                collection TEXT NOT NULL,
                id TEXT NOT NULL,
                PRIMARY KEY (collection, id)
            ) STRICT, WITHOUT ROWID;
            """
        )
    }

    /// Adds an own pattern to the snapshot.
    func addOutgoing(_ item: SnapshotItem, in collection: CollectionName) throws {
        let insert = try database.prepare(
            """
            INSERT OR REPLACE INTO temp.outgoing (collection, id, origin, incarnation, revision, checksum, vector_digest,
                payload, vector_model, vector)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            """
        )
        try insert.bind(collection.text, at: 1)
        try insert.bind(item.id, at: 2)
        try insert.bind(item.identity.origin?.text ?? SnapshotItem.unknownOrigin, at: 3)
        try insert.bind(Int64(item.identity.number?.incarnation ?? 0), at: 4)
        try insert.bind(item.identity.number?.revision ?? 0, at: 5)
        try insert.bind(item.identity.checksum, at: 6)
        try insert.bind(item.identity.vectorDigest, at: 7)
        try item.payload.withUnsafeBytes { try insert.bind(text: $0, at: 8) }
        if let model = item.identity.vectorModel { try insert.bind(model, at: 9) }
        if let vector = item.vector { try insert.bind(vector, at: 10) }
        while try insert.step() {}
    }

    /// Keeps a learned pattern out of the snapshot.
    func keepBack(_ id: PatternID, of collection: CollectionName) throws {
        let insert = try database.prepare("INSERT OR IGNORE INTO temp.kept_back (collection, id) VALUES (?1, ?2)")
        try insert.bind(collection.text, at: 1)
        try insert.bind(id, at: 2)
        while try insert.step() {}
    }

    /// Takes those own patterns out again for which another node's winner is held: a snapshot has one content of each.
    func preferWinners(over node: NodeName?, in collection: CollectionName) throws {
        try database.prepare(
            """
            DELETE FROM temp.outgoing WHERE collection = ?1 AND id IN (
                SELECT id FROM learned WHERE collection = ?2 AND (origin <> ?3 OR parents IS NOT NULL)
            )
            """
        ).run(collection.text, try existingNumber(of: collection) ?? 0, node?.text ?? "")
    }

    /// Calls `body` with each pattern of the snapshot, in the order of ids; `withContents` only with their payloads and
    /// vectors.
    func forEachExported(
        of collection: CollectionName,
        learned: Bool,
        withContents: Bool,
        _ body: (SnapshotItem) throws -> Void
    ) throws {
        let statement = try database.prepare(
            """
            SELECT id, origin, incarnation, revision, checksum, vector_digest, vector_model, NULL, vector IS NOT NULL,
                CASE WHEN ?3 THEN payload ELSE '' END, CASE WHEN ?3 THEN vector END
            FROM temp.outgoing WHERE collection = ?1
            UNION ALL
            SELECT id, origin, incarnation, revision, checksum, vector_digest, vector_model, parents,
                vector IS NOT NULL, CASE WHEN ?3 THEN payload ELSE '' END, CASE WHEN ?3 THEN vector END
            FROM learned AS l
            WHERE collection = ?2 AND ?4
                AND NOT EXISTS (SELECT 1 FROM temp.outgoing AS o WHERE o.collection = ?1 AND o.id = l.id)
                AND NOT EXISTS (SELECT 1 FROM temp.kept_back AS k WHERE k.collection = ?1 AND k.id = l.id)
            ORDER BY 1
            """
        )
        try statement.bind(collection.text, at: 1)
        try statement.bind(try existingNumber(of: collection) ?? 0, at: 2)
        try statement.bind(withContents, at: 3)
        try statement.bind(learned, at: 4)
        while try statement.step() {
            let (incarnation, revision) = (statement.int64(2), statement.int64(3))
            let isNumbered = incarnation > 0 && revision > 0
            let origin = NodeName(statement.string(1))
            try body(
                SnapshotItem(
                    identity: SnapshotIdentity(
                        id: statement.patternID(0),
                        origin: origin?.text == SnapshotItem.unknownOrigin ? nil : origin,
                        number: isNumbered
                            ? .init(incarnation: Int32(truncatingIfNeeded: incarnation), revision: revision) : nil,
                        parents: statement.parents(7),
                        checksum: statement.digest(4),
                        vectorDigest: statement.digest(5),
                        hasVector: statement.bool(8),
                        vectorModel: statement.isNull(6) ? nil : statement.string(6)
                    ),
                    payload: statement.bytes(9),
                    vector: statement.isNull(10) ? nil : statement.bytes(10)
                )
            )
        }
    }

    /// Runs `body`, to which the state stays as it is, while others may go on.
    func snapshot<Result>(_ body: () throws -> Result) throws -> Result {
        try database.transaction(isDeferred: true, body)
    }

    /// The policies of the hub that was met last, by collection; none where none was met.
    func heldPolicies() throws -> [CollectionName: CollectionPolicy] {
        guard let entries = try lastManifest()?.entries else { return [:] }
        return Dictionary(entries.map { ($0.policy.collection, $0.policy) }) { first, _ in first }
    }

    /// Under which name and enrolment this node was known to the hub that was met last.
    func heldIdentity() throws -> (node: NodeName, incarnation: Int32)? {
        try lastManifest().map { ($0.node, $0.incarnation) }
    }
}
