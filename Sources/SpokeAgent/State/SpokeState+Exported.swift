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

    /// Whether an own pattern of this id goes into the snapshot.
    func hasOutgoing(_ id: PatternID, of collection: CollectionName) throws -> Bool {
        try isThere(id, of: collection, "SELECT 1 FROM temp.outgoing WHERE collection = ?1 AND id = ?2")
    }

    /// Takes an own pattern out of the snapshot again.
    func removeOutgoing(_ id: PatternID, of collection: CollectionName) throws {
        _ = try isThere(id, of: collection, "DELETE FROM temp.outgoing WHERE collection = ?1 AND id = ?2")
    }

    /// Keeps a learned pattern out of the snapshot.
    func keepBack(_ id: PatternID, of collection: CollectionName) throws {
        _ = try isThere(id, of: collection, "INSERT OR IGNORE INTO temp.kept_back (collection, id) VALUES (?1, ?2)")
    }

    /// Whether a learned pattern is kept out of the snapshot.
    func isKeptBack(_ id: PatternID, of collection: CollectionName) throws -> Bool {
        try isThere(id, of: collection, "SELECT 1 FROM temp.kept_back WHERE collection = ?1 AND id = ?2")
    }

    private func isThere(_ id: PatternID, of collection: CollectionName, _ sql: String) throws -> Bool {
        let statement = try database.prepare(sql)
        try statement.bind(collection.text, at: 1)
        try statement.bind(id, at: 2)
        return try statement.step()
    }

    /// Calls `body` with each own pattern of the snapshot, in the order of ids.
    func forEachOutgoing(of collection: CollectionName, _ body: (SnapshotItem) throws -> Void) throws {
        let statement = try database.prepare(
            """
            SELECT id, origin, incarnation, revision, checksum, vector_digest, vector_model, payload, vector
            FROM temp.outgoing WHERE collection = ?1 ORDER BY id
            """
        )
        try statement.bind(collection.text, at: 1)
        while try statement.step() {
            try body(
                SnapshotItem(
                    identity: SnapshotIdentity(
                        id: statement.patternID(0),
                        origin: SnapshotItem.origin(statement.string(1)),
                        number: SnapshotIdentity.Number(statement.int64(2), statement.int64(3)),
                        checksum: statement.digest(4),
                        vectorDigest: statement.digest(5),
                        hasVector: !statement.isNull(8),
                        vectorModel: statement.isNull(6) ? nil : statement.string(6)
                    ),
                    payload: statement.bytes(7),
                    vector: statement.isNull(8) ? nil : statement.bytes(8)
                )
            )
        }
    }

    /// Runs `body`, to which this state and those that are shown with it stay as they are, while others may go on.
    func snapshot<Result>(_ body: () throws -> Result) throws -> Result {
        var states = [self]
        for state in layeredStates where !states.contains(where: { $0 === state }) { states.append(state) }
        func nested(_ rest: ArraySlice<SpokeState>) throws -> Result {
            guard let state = rest.first else { return try body() }
            return try state.database.transaction(isDeferred: true) { try nested(rest.dropFirst()) }
        }
        return try nested(states[...])
    }

    /// The policies of the hub that was met last, by collection; none where none was met.
    func heldPolicies() throws -> [CollectionName: CollectionPolicy] {
        guard let entries = try keptManifest()?.entries else { return [:] }
        return Dictionary(entries.map { ($0.policy.collection, $0.policy) }) { first, _ in first }
    }

    /// Under which name and enrolment this node was known to the hub that was met last.
    func heldIdentity() throws -> (node: NodeName, incarnation: Int32)? {
        try keptManifest().map { ($0.node, $0.incarnation) }
    }
}

extension SnapshotItem {
    /// What was learned, as a snapshot has it.
    init?(_ winner: HeldWinner) {
        guard let checksum = SHA256Digest(hex: winner.checksum) else { return nil }
        self.init(
            identity: SnapshotIdentity(
                id: winner.id,
                origin: SnapshotItem.origin(winner.origin),
                number: SnapshotIdentity.Number(winner.incarnation, winner.revision),
                parents: winner.parents,
                checksum: checksum,
                vectorDigest: winner.vectorDigest,
                hasVector: winner.vector != nil,
                vectorModel: winner.vectorModel
            ),
            payload: winner.payload,
            vector: winner.vector
        )
    }

    /// The origin that is kept as `text`.
    fileprivate static func origin(_ text: String) -> NodeName? {
        text == SnapshotItem.unknownOrigin ? nil : NodeName(text)
    }
}

extension SnapshotIdentity.Number {
    /// The number that is kept as these two; `nil` where nobody gave one.
    fileprivate init?(_ incarnation: Int64, _ revision: Int64) {
        guard let incarnation = Int32(exactly: incarnation), incarnation > 0, revision > 0 else { return nil }
        self.init(incarnation: incarnation, revision: revision)
    }
}
