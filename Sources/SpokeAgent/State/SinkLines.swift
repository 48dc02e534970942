internal import Digest
internal import Federation
internal import SQLite

/// Lines of a file being written, sorted by their bytes, in a temporary table, so that memory does not grow with the file.
final class SinkLines {
    private let database: SQLiteDatabase

    /// An empty table; there is one at a time.
    init(state: SpokeState) throws {
        database = state.database
        try database.execute(
            """
            DROP TABLE IF EXISTS temp.sink_lines;
            CREATE TEMPORARY TABLE sink_lines (line BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
            DROP TABLE IF EXISTS temp.sink_said;
            CREATE TEMPORARY TABLE sink_said (id TEXT, checksum BLOB, PRIMARY KEY (id, checksum)) STRICT, WITHOUT ROWID;
            """
        )
    }

    /// Runs `body`, which adds lines, as one transaction; nobody is kept from the state meanwhile.
    func fill(_ body: () throws -> Void) throws {
        try database.transaction(isDeferred: true, body)
    }

    /// Adds a line, without its newline; the same line twice is one.
    func add(_ line: UnsafeRawBufferPointer) throws {
        let insert = try database.prepare("INSERT OR IGNORE INTO temp.sink_lines (line) VALUES (?1)")
        try insert.bind(blob: line, at: 1)
        while try insert.step() {}
    }

    /// Keeps that a line says this of a pattern.
    func note(_ id: PatternID, _ checksum: SHA256Digest) throws {
        let insert = try database.prepare("INSERT OR IGNORE INTO temp.sink_said (id, checksum) VALUES (?1, ?2)")
        try insert.bind(id, at: 1)
        try insert.bind(checksum, at: 2)
        while try insert.step() {}
    }

    /// Whether a line says this of a pattern.
    func says(_ id: PatternID, _ checksum: String) throws -> Bool {
        guard let checksum = SHA256Digest(hex: checksum) else { return false }
        let statement = try database.prepare("SELECT 1 FROM temp.sink_said WHERE id = ?1 AND checksum = ?2")
        try statement.bind(id, at: 1)
        try statement.bind(checksum, at: 2)
        return try statement.step()
    }

    /// Calls `body` with each line in order.
    func forEachLine(_ body: ([UInt8]) throws -> Void) throws {
        let statement = try database.prepare("SELECT line FROM temp.sink_lines ORDER BY line")
        while try statement.step() { try body(statement.bytes(0)) }
    }

    /// Drops the tables.
    func drop() throws {
        try database.execute("DROP TABLE IF EXISTS temp.sink_lines; DROP TABLE IF EXISTS temp.sink_said")
    }
}
