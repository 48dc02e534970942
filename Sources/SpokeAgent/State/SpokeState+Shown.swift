internal import Digest
internal import Federation
internal import SQLite

/// A state that holds what is shown of several hubs, for sinks that follow one table of winners.
///
/// It belongs to no hub: what it says of positions is how far what is shown was copied.
extension SpokeState {
    /// Brings the winners of `collection` up to what `source` shows; where nothing there became another, reads nothing.
    func copyShown(of collection: CollectionName, from source: SpokeState) throws {
        let position = String(try source.layeredChanges(of: collection))
        let number = try self.number(of: collection)
        guard try winnerPosition(of: collection).cursor != position else { return }
        // Sinks tell by it what is this node's own.
        if let node = try source.fact(.node), try fact(.node) != node { try setFact(.node, node) }
        try database.transaction {
            let writer = try ShownWriter(self, number, changes: winnerPosition(of: collection).changes + 1)
            try source.forEachShownRow(of: collection) { try writer.take($0, from: $1, collection) }
            try writer.dropRest()
            try database.prepare(
                """
                UPDATE collections SET cursor = ?2, winner_changes = winner_changes + ?3,
                    winner_count = (SELECT count(*) FROM winners WHERE collection = ?1)
                WHERE number = ?1
                """
            ).run(number, position, writer.isChange ? 1 : 0)
        }
    }

    /// The columns of a row of winners, without its number, collection, generation and time of change.
    static let copiedColumns = [
        "id", "origin", "incarnation", "revision", "checksum", "vector_digest", "value", "updated_at", "payload",
        "vector_model", "vector", "parents", "content_digest",
    ]
}

/// Writes rows, which come in the order of ids, over those that a state holds, and leaves alone what is as it was.
private final class ShownWriter {
    private let state: SpokeState
    private let collection: Int64
    private let changes: Int64
    private let held: Statement
    private var heldID: PatternID?
    private(set) var isChange = false

    init(_ state: SpokeState, _ collection: Int64, changes: Int64) throws {
        self.state = state
        self.collection = collection
        self.changes = changes
        // A second look at the table than that of what is written, as a list of numbers and what tells rows apart.
        try state.database.execute(
            """
            DROP TABLE IF EXISTS temp.held;
            CREATE TEMPORARY TABLE held (
                number, id, origin, incarnation, revision, checksum, vector_digest, value, updated_at, parents, has_vector
            );
            """
        )
        try state.database.prepare(
            """
            INSERT INTO temp.held
            SELECT number, id, origin, incarnation, revision, checksum, vector_digest, value, updated_at, parents,
                vector IS NOT NULL
            FROM winners WHERE collection = ?1 ORDER BY id
            """
        ).run(collection)
        held = try state.database.prepare(
            """
            SELECT number, id, origin, incarnation, revision, checksum, vector_digest, value, updated_at, parents,
                has_vector
            FROM temp.held ORDER BY rowid
            """
        )
        try advance()
    }

    private func advance() throws { heldID = try held.step() ? held.patternID(1) : nil }

    /// Takes the present row of `row`, whose columns are ``SpokeState/copiedColumns``, from the state that holds it; throws
    /// `SQLiteError` of the kind `corrupt` where it is written and is damaged there.
    func take(_ row: Statement, from holder: SpokeState, _ name: CollectionName) throws {
        let id = row.patternID(0)
        while let heldID, heldID < id {
            try drop(held.int64(0))
            try advance()
        }
        if heldID == id {
            let isSame = isHeld(row)
            try advance()
            if isSame { return }
        }
        let isIntact = holder.isIntact(
            id,
            of: name,
            checksum: row.digest(4),
            payload: row.bytes(8),
            vectorDigest: row.digest(5),
            vector: row.isNull(10) ? nil : row.bytes(10)
        )
        guard isIntact else { throw holder.damage(SpokeState.finding(id, name)) }
        try write(row)
    }

    /// Drops what is held behind the last row taken.
    func dropRest() throws {
        while heldID != nil {
            try drop(held.int64(0))
            try advance()
        }
        held.reset()
        try state.database.execute("DROP TABLE temp.held")
    }

    private func isHeld(_ row: Statement) -> Bool {
        func same(_ column: Int, _ other: Int) -> Bool { row.bytes(column) == held.bytes(other) }
        return same(1, 2) && row.int64(2) == held.int64(3) && row.int64(3) == held.int64(4) && same(4, 5) && same(5, 6)
            && row.isNull(6) == held.isNull(7) && row.double(6) == held.double(7)
            && row.isNull(7) == held.isNull(8) && row.int64(7) == held.int64(8) && same(11, 9)
            && !row.isNull(10) == held.bool(10)
    }

    private func drop(_ number: Int64) throws {
        isChange = true
        try state.database.prepare("DELETE FROM winners WHERE number = ?1").run(number)
    }

    private func write(_ row: Statement) throws {
        isChange = true
        let upsert = try state.database.prepare(
            """
            INSERT INTO winners (id, origin, incarnation, revision, checksum, vector_digest, value, updated_at, payload,
                vector_model, vector, parents, content_digest, collection, generation, changed_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, 0, ?15)
            ON CONFLICT (collection, id) DO UPDATE SET origin = excluded.origin, incarnation = excluded.incarnation,
                revision = excluded.revision, checksum = excluded.checksum, vector_digest = excluded.vector_digest,
                value = excluded.value, updated_at = excluded.updated_at, payload = excluded.payload,
                vector_model = excluded.vector_model, vector = excluded.vector, parents = excluded.parents,
                content_digest = excluded.content_digest, changed_at = excluded.changed_at
            """
        )
        for column in SpokeState.copiedColumns.indices {
            try upsert.bind(column, of: row, at: column + 1)
        }
        try upsert.bind(collection, at: 14)
        try upsert.bind(changes, at: 15)
        while try upsert.step() {}
    }
}

extension Statement {
    /// Binds what `column` of `row` holds, of whatever type it is.
    fileprivate func bind(_ column: Int, of row: Statement, at position: Int) throws {
        if row.isNull(column) { return try bindNull(at: position) }
        switch SpokeState.copiedColumns[column] {
        case "incarnation", "revision", "updated_at": try bind(row.int64(column), at: position)
        case "value": try bind(row.double(column), at: position)
        case "checksum", "vector_digest", "vector", "content_digest": try bind(row.bytes(column), at: position)
        default: try row.withBytes(column) { try bind(text: $0, at: position) }
        }
    }
}
