package import Digest
package import Federation
internal import SQLite

/// A winner as it is held here, or what a snapshot file brought in the place of one.
package struct HeldWinner: Sendable, Equatable {
    package var id: PatternID
    package var origin: String
    package var incarnation: Int64
    package var revision: Int64
    /// 64 hexadecimal digits.
    package var checksum: String
    /// Over what it says, whatever its id, scores and times; 64 hexadecimal digits.
    package var content: String
    package var value: Double?
    package var updatedAt: Timestamp?
    /// Of a merged winner: what it was made of, by origin.
    package var parents: [FeedLine.Parent]
    /// Canonical JSON.
    package var payload: [UInt8]
    package var vectorModel: String?
    /// Little-endian binary32, where vectors were pulled.
    package var vector: [UInt8]?
    /// Of the vector that belongs to it, whether it is held or not; all zero without one.
    package var vectorDigest = SHA256Digest.none
    /// Whether it came in a file, and the hub serves nothing for the pattern.
    package var isImported = false
}

extension SpokeState {
    /// Calls `body` with each winner held of `collection`, and with what was imported where there is none, in the order of
    /// ids.
    ///
    /// With several hubs these are the winners that are shown: those of the hub in use, and what it lacks of others.
    package func forEachWinner(of collection: CollectionName, _ body: (HeldWinner) throws -> Void) throws {
        guard !hasOneLayer else { return try forEachOwnWinner(of: collection, body) }
        try forEachLayeredWinner(of: collection, body)
    }

    private func forEachOwnWinner(of collection: CollectionName, _ body: (HeldWinner) throws -> Void) throws {
        try winners("collection = ?1 ORDER BY id", collection) { _ in
        } each: {
            try body($0)
        }
    }

    /// The winner held of pattern `id`; where there is none, what was imported of it.
    package func winner(of collection: CollectionName, _ id: PatternID) throws -> HeldWinner? {
        guard !hasOneLayer else { return try ownWinner(of: collection, id) }
        for state in layeredStates {
            if let winner = try state.ownWinner(of: collection, id, "is_imported = 0") { return winner }
            if try state.isWithdrawn(id, from: collection) { return nil }
        }
        return try ownWinner(of: collection, id, "is_imported = 1")
    }

    private func ownWinner(
        of collection: CollectionName,
        _ id: PatternID,
        _ kind: String = "true"
    ) throws -> HeldWinner? {
        var found: HeldWinner?
        try winners("collection = ?1 AND id = ?2 AND \(kind)", collection) {
            try $0.bind(id, at: 2)
        } each: {
            found = $0
        }
        return found
    }

    private func winners(
        _ condition: String,
        _ collection: CollectionName,
        bind: (Statement) throws -> Void,
        each: (HeldWinner) throws -> Void
    ) throws {
        guard let number = try existingNumber(of: collection) else { return }
        let statement = try prepareWinners(condition)
        try statement.bind(number, at: 1)
        try bind(statement)
        while try statement.step() { try each(winner(in: statement, of: collection)) }
    }

    /// The winner of `collection` in the present row, whose first columns are ``HeldWinner/columns``; throws `SQLiteError`
    /// of the kind `corrupt` where its content is not the one that was written.
    func winner(in row: Statement, of collection: CollectionName) throws -> HeldWinner {
        let checksum = row.digest(4)
        let winner = HeldWinner(row, checksum: checksum)
        let isIntact = isIntact(
            winner.id,
            of: collection,
            checksum: checksum,
            payload: winner.payload,
            vectorDigest: winner.vectorDigest,
            vector: winner.vector
        )
        guard isIntact else { throw damage(SpokeState.finding(winner.id, collection)) }
        return winner
    }

    /// A statement for what was learned and meets `condition`; ``winner(in:of:)`` reads its rows.
    func prepareWinners(_ condition: String) throws -> Statement {
        try database.prepare("SELECT \(HeldWinner.columns) FROM learned AS w WHERE \(condition)")
    }

    /// The position behind the winners held, and how often they have changed.
    func winnerPosition(of collection: CollectionName) throws -> (cursor: String?, changes: Int64, count: Int64) {
        let statement = try database.prepare(
            "SELECT cursor, winner_changes, winner_count, is_sweeping FROM collections WHERE name = ?1"
        )
        try statement.bind(collection.text, at: 1)
        guard try statement.step() else { return (nil, 0, 0) }
        // In the middle of a pull from the beginning the position is none that could be compared.
        let isWhole = !statement.isNull(0) && !statement.bool(3)
        let changes = hasOneLayer ? statement.int64(1) : try layeredChanges(of: collection)
        return (isWhole ? statement.string(0) : nil, changes, statement.int64(2))
    }

    /// Whether winners are held without the vectors they have.
    func lacksVectors(_ collection: CollectionName) throws -> Bool {
        let statement = try database.prepare("SELECT has_vectors FROM collections WHERE name = ?1")
        try statement.bind(collection.text, at: 1)
        return try statement.step() ? !statement.bool(0) : true
    }

    /// For which changes the sink file at `path` was written, and what it looked like then.
    func sinkFile(_ path: String, of collection: Int64) throws -> (changes: Int64, fingerprint: String)? {
        let statement = try database.prepare(
            "SELECT winner_changes, fingerprint FROM sink_files WHERE collection = ?1 AND path = ?2"
        )
        try statement.bind(collection, at: 1)
        try statement.bind(path, at: 2)
        guard try statement.step() else { return nil }
        return (statement.int64(0), statement.string(1))
    }

    /// Keeps for which changes the sink file at `path` was written.
    func saveSinkFile(_ path: String, of collection: Int64, changes: Int64, fingerprint: String) throws {
        try database.prepare(
            """
            INSERT INTO sink_files (collection, path, winner_changes, fingerprint) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (collection, path) DO UPDATE SET winner_changes = excluded.winner_changes,
                fingerprint = excluded.fingerprint
            """
        ).run(collection, path, changes, fingerprint)
    }
}

extension HeldWinner {
    /// What ``init(_:)`` reads, of the view `learned` as `w`.
    static let columns = """
        w.id, w.origin, w.incarnation, w.revision, w.checksum, w.value, w.updated_at, w.payload, w.vector_model,
        w.vector, w.parents, w.content_digest, w.vector_digest, w.is_imported
        """

    /// The winner in the present row, whose first columns are ``columns``.
    fileprivate init(_ statement: Statement, checksum: SHA256Digest) {
        self.init(
            id: statement.patternID(0),
            origin: statement.string(1),
            incarnation: statement.int64(2),
            revision: statement.int64(3),
            checksum: checksum.hex,
            content: statement.digest(11).hex,
            value: statement.isNull(5) ? nil : statement.double(5),
            updatedAt: statement.isNull(6) ? nil : Timestamp(microseconds: statement.int64(6)),
            parents: statement.parents(10),
            payload: statement.bytes(7),
            vectorModel: statement.isNull(8) ? nil : statement.string(8),
            vector: statement.isNull(9) ? nil : statement.bytes(9),
            vectorDigest: statement.digest(12),
            isImported: statement.bool(13)
        )
    }
}
