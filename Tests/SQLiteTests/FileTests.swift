import Glibc
import SQLite
import Testing

@Suite("Files, sound and otherwise")
struct FileTests {
    private let folder: Folder
    private let path: String

    init() throws {
        folder = try Folder()
        path = folder.file("a.db")
    }

    /// A database of several pages, closed.
    private func makeDatabase() throws {
        let database = try SQLiteDatabase(path: path)
        try database.execute("CREATE TABLE t (k INTEGER PRIMARY KEY, v); CREATE INDEX i ON t (v)")
        try database.transaction {
            let insert = try database.prepare("INSERT INTO t (v) VALUES (?1)")
            for index in 0..<500 {
                try insert.run("value \(index) " + String(repeating: "x", count: 100))
            }
        }
    }

    private func setting(_ name: String, _ database: SQLiteDatabase) throws -> String {
        let statement = try database.prepare("PRAGMA \(name)")
        return try statement.step() ? statement.string(0) : ""
    }

    @Test(
        "The settings are those for safety and bounded memory",
        arguments: [
            ("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1"), ("busy_timeout", "5000"),
            ("cache_size", "-2000"), ("mmap_size", "0"), ("temp_store", "1"), ("trusted_schema", "0"),
        ]
    )
    func settings(_ name: String, _ value: String) throws {
        #expect(try setting(name, SQLiteDatabase(path: path)) == value)
    }

    @Test("What was written is there after the file was closed and opened, log and all")
    func reopened() throws {
        do {
            let database = try SQLiteDatabase(path: path)
            try database.execute("CREATE TABLE t (v); INSERT INTO t VALUES ('kept')")
            try database.setUserVersion(3)
            #expect(try length(of: path + "-wal") > 0)
        }
        #expect(access(path + "-wal", F_OK) != 0, "closing the last connection takes the log in")
        let database = try SQLiteDatabase(path: path)
        let statement = try database.prepare("SELECT v FROM t")
        #expect(try statement.step())
        #expect(statement.string(0) == "kept")
        #expect(try database.userVersion == 3)
    }

    @Test("A new file can be read by its owner alone", arguments: ["", "-wal", "-shm"])
    func permissions(_ suffix: String) throws {
        let database = try SQLiteDatabase(path: path)
        try database.execute("CREATE TABLE t (v)")
        var information = stat()
        try #require(stat(path + suffix, &information) == 0)
        #expect(information.st_mode & 0o777 == 0o600)
        #expect(database.path == path)
    }

    @Test("A database in memory leaves no file")
    func inMemory() throws {
        let database = try SQLiteDatabase(path: ":memory:")
        try database.execute("CREATE TABLE t (v)")
        #expect(access(":memory:", F_OK) != 0)
    }

    @Test("Foreign keys are kept")
    func foreignKeys() throws {
        let database = try SQLiteDatabase(path: path)
        try database.execute("CREATE TABLE a (k PRIMARY KEY); CREATE TABLE b (k REFERENCES a (k))")
        #expect(try failure { try database.execute("INSERT INTO b VALUES (1)") }.kind == .constraint)
    }

    @Test("A sound file has no findings")
    func sound() throws {
        try makeDatabase()
        #expect(try SQLiteDatabase(path: path).integrityCheck().isEmpty)
    }

    @Test("A damaged page is found, and reading it is an error of kind corrupt")
    func corrupt() throws {
        try makeDatabase()
        let size = try length(of: path)
        for offset in stride(from: 4096, to: size, by: 4096) {
            try overwrite(path, at: offset, with: [UInt8](repeating: 0xa5, count: 200))
        }
        let database = try SQLiteDatabase(path: path)
        let findings = Result { try database.integrityCheck() }
        switch findings {
        case .success(let found): #expect(!found.isEmpty)
        case .failure(let error): #expect((error as? SQLiteError)?.kind == .corrupt)
        }
        let error = try failure {
            let statement = try database.prepare("SELECT sum(length(v)) FROM t")
            while try statement.step() {}
        }
        #expect(error.kind == .corrupt)
        #expect("\(error)".contains(path))
    }

    @Test("A file that is something else is no database")
    func notADatabase() throws {
        try overwrite(path, at: 0, with: Array(String(repeating: "This is a letter. ", count: 100).utf8))
        let error = try failure { _ = try SQLiteDatabase(path: path) }
        #expect(error.kind == .notADatabase)
        #expect(try length(of: path) == 1800, "it is left as it was")
    }

    @Test("A path that leads nowhere, or to a folder, cannot be opened")
    func cannotOpen() throws {
        #expect(try failure { _ = try SQLiteDatabase(path: folder.file("none/a.db")) }.kind == .cantOpen)
        #expect(try failure { _ = try SQLiteDatabase(path: folder.path) }.kind == .cantOpen)
    }

    @Test("A folder without leave to write cannot take a new file")
    func readOnlyFolder() throws {
        // Nobody may make files in /proc, not even root.
        #expect(try failure { _ = try SQLiteDatabase(path: "/proc/self/a.db") }.kind == .cantOpen)
    }

    @Test("A database that may not be written is read-only")
    func readOnlyDatabase() throws {
        try makeDatabase()
        let database = try SQLiteDatabase(path: path)
        try database.execute("PRAGMA query_only = ON")
        #expect(try failure { try database.execute("CREATE TABLE other (a)") }.kind == .readOnly)
    }
}
