import CLibSQLite

/// One SQLite database file, for use by one thread at a time.
///
/// A commit that returned survives a power cut (write-ahead log, `synchronous=FULL`). Memory is bounded by the page
/// cache of 2,000 KiB. The file is closed when the database and its last `Statement` are gone.
package final class SQLiteDatabase {
    /// How long to wait for another connection's lock.
    package static let defaultBusyTimeout = Duration.seconds(5)

    /// Findings that `integrityCheck` collects at most.
    package static let maximumFindings = 100

    private let connection: Connection

    /// Opens the file at `path`, and creates it, readable by its owner alone, if there is none.
    ///
    /// The path `:memory:` is a database that lives as long as this object. Throws `SQLiteError`, above all of the kinds
    /// `cantOpen`, `notADatabase`, `corrupt`, `readOnly` and `busy`.
    ///
    /// With `isImmutable` the file is read alone, as it stands, and no companion of it is looked at: for a file on which
    /// nobody works, in a folder that cannot be written.
    package init(
        path: String,
        busyTimeout: Duration = SQLiteDatabase.defaultBusyTimeout,
        isImmutable: Bool = false
    ) throws(SQLiteError) {
        connection = try Connection(path: path, isImmutable: isImmutable)
        let milliseconds = busyTimeout / .milliseconds(1)
        try connection.check(sqlite3_busy_timeout(connection.pointer, Int32(max(0, min(milliseconds, 1e9)))))
        try configure(isImmutable: isImmutable)
    }

    /// The path it was opened with.
    package var path: String {
        connection.path
    }

    /// The rows that the latest INSERT, UPDATE or DELETE touched.
    package var changedRows: Int64 {
        sqlite3_changes64(connection.pointer)
    }

    /// The row id that the latest INSERT gave.
    package var lastInsertedRowID: Int64 {
        sqlite3_last_insert_rowid(connection.pointer)
    }

    /// Whether transactions leave the right to write to others until their first write: for a connection that writes to
    /// temporary tables alone, and keeps nobody from the file.
    package var leavesWritingToOthers = false

    /// Whether a transaction is open.
    package var isInTransaction: Bool {
        sqlite3_get_autocommit(connection.pointer) == 0
    }

    /// Runs all statements of `script`, and ignores their rows.
    package func execute(_ script: String) throws(SQLiteError) {
        try connection.check(sqlite3_exec(connection.pointer, script, nil, nil, nil))
    }

    /// Compiles `sql`, which is exactly one statement, or takes its compiled form from the cache.
    package func prepare(_ sql: String) throws(SQLiteError) -> Statement {
        try Statement(sql: sql, connection: connection)
    }

    /// Runs `body` between BEGIN and COMMIT, or ROLLBACK if it throws.
    ///
    /// It is the only one to write from the beginning, or, with `isDeferred`, from its first write on; see also
    /// ``leavesWritingToOthers``.
    ///
    /// Throws what `body` throws, or `SQLiteError`; then nothing of it is kept. Transactions do not nest.
    package func transaction<Result>(isDeferred: Bool = false, _ body: () throws -> Result) throws -> Result {
        try begin(isDeferred: isDeferred)
        do {
            let result = try body()
            try commit()
            return result
        } catch {
            rollBack()
            throw error
        }
    }

    /// Begins a transaction that goes on until ``commit()`` or ``rollBack()``; see ``transaction(isDeferred:_:)``.
    package func begin(isDeferred: Bool = false) throws(SQLiteError) {
        precondition(!isInTransaction, "transactions do not nest")
        try execute(isDeferred || leavesWritingToOthers ? "BEGIN" : "BEGIN IMMEDIATE")
    }

    /// Makes durable what was written since ``begin(isDeferred:)``.
    package func commit() throws(SQLiteError) { try execute("COMMIT") }

    /// Gives up what was written since ``begin(isDeferred:)``; harmless where no transaction is open.
    package func rollBack() {
        // SQLite may have rolled back by itself, for instance when the disk is full.
        guard isInTransaction else { return }
        // What led here is the error to report; a failed ROLLBACK shows again at the next BEGIN.
        try? execute("ROLLBACK")
    }

    /// Reads the whole file, also whether indexes and tables tell the same, and returns what is wrong with it; nothing if
    /// it is sound.
    ///
    /// Throws `SQLiteError` of kind `corrupt` if the file is too damaged to be read.
    package func integrityCheck() throws(SQLiteError) -> [String] {
        let statement = try prepare("PRAGMA integrity_check(\(Self.maximumFindings))")
        var findings: [String] = []
        while try statement.step() {
            findings.append(statement.string(0))
        }
        return findings == ["ok"] ? [] : findings
    }

    /// The number that the program keeps in the file's header, as the version of its schema; at first 0.
    package var userVersion: Int32 {
        get throws(SQLiteError) {
            let statement = try prepare("PRAGMA user_version")
            return try statement.step() ? Int32(truncatingIfNeeded: statement.int64(0)) : 0
        }
    }

    /// Sets `userVersion`; inside a transaction it is part of it.
    package func setUserVersion(_ version: Int32) throws(SQLiteError) {
        try execute("PRAGMA user_version = \(version)")
    }

    private func configure(isImmutable: Bool) throws(SQLiteError) {
        for (option, value) in Self.options {
            try connection.check(sqlite3_shim_db_config(connection.pointer, option, value))
        }
        guard !isImmutable else { return try execute("PRAGMA temp_store = FILE; PRAGMA cell_size_check = ON;") }
        guard sqlite3_db_readonly(connection.pointer, "main") != 1 else {
            throw SQLiteError(code: SQLITE_READONLY, message: "opened for reading only", path: path)
        }
        try execute(Self.settings)
        let mode = try prepare("PRAGMA journal_mode = WAL")
        _ = try mode.step()
        guard mode.string(0) == "wal" || path == Connection.inMemoryPath else {
            throw SQLiteError(code: SQLITE_IOERR, message: "no write-ahead log on this file system", path: path)
        }
    }

    /// What a file of unknown origin could use against the program is off.
    private static let options: [(option: Int32, value: Int32)] = [
        (SQLITE_DBCONFIG_DEFENSIVE, 1),
        (SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0),
        (SQLITE_DBCONFIG_DQS_DML, 0),
        (SQLITE_DBCONFIG_DQS_DDL, 0),
    ]

    /// `synchronous=NORMAL` would lose the latest commits in a power cut, and `mmap` turns a disk error into a signal.
    private static let settings = """
        PRAGMA synchronous = FULL;
        PRAGMA foreign_keys = ON;
        PRAGMA cache_size = -2000;
        PRAGMA mmap_size = 0;
        PRAGMA temp_store = FILE;
        PRAGMA cell_size_check = ON;
        PRAGMA journal_size_limit = 67108864;
        """
}
