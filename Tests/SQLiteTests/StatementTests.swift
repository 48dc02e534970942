import SQLite
import Testing

@Suite("Statements")
struct StatementTests {
    private let folder: Folder
    private let database: SQLiteDatabase

    init() throws {
        folder = try Folder()
        database = try SQLiteDatabase(path: folder.file("a.db"))
        try database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE)")
    }

    private func names() throws -> [String] {
        let statement = try database.prepare("SELECT name FROM t ORDER BY id")
        var names: [String] = []
        while try statement.step() {
            names.append(statement.string(0))
        }
        return names
    }

    @Test("A statement runs again with other values")
    func rerun() throws {
        let insert = try database.prepare("INSERT INTO t (name) VALUES (?1)")
        for name in ["a", "b", "c"] {
            try insert.run(name)
        }
        #expect(try names() == ["a", "b", "c"])
        #expect(database.changedRows == 1)
        #expect(database.lastInsertedRowID == 3)
        #expect(insert.parameterCount == 1)
        #expect(insert.columnCount == 0)
    }

    @Test("The same SQL can be in use twice at once")
    func nested() throws {
        try database.execute("INSERT INTO t (name) VALUES ('a'), ('b')")
        let outer = try database.prepare("SELECT name FROM t ORDER BY id")
        var pairs: [String] = []
        while try outer.step() {
            let inner = try database.prepare("SELECT name FROM t ORDER BY id")
            while try inner.step() {
                pairs.append(outer.string(0) + inner.string(0))
            }
        }
        #expect(pairs == ["aa", "ab", "ba", "bb"])
    }

    @Test("A statement from the cache starts afresh")
    func cached() throws {
        try database.execute("INSERT INTO t (name) VALUES ('a'), ('b')")
        let sql = "SELECT name FROM t WHERE name >= ?1 ORDER BY id"
        do {
            let first = try database.prepare(sql)
            try first.bind("a", at: 1)
            #expect(try first.step())
        }
        let second = try database.prepare(sql)
        #expect(try !second.step(), "no value is left bound, and nothing is equal to NULL")
    }

    @Test("A statement that was left in mid-row holds no lock once it is gone")
    func abandoned() throws {
        try database.execute("INSERT INTO t (name) VALUES ('a'), ('b')")
        do {
            let statement = try database.prepare("SELECT name FROM t")
            #expect(try statement.step())
        }
        // A read transaction that is still open would keep the log from being emptied.
        let checkpoint = try database.prepare("PRAGMA wal_checkpoint(TRUNCATE)")
        #expect(try checkpoint.step())
        #expect(checkpoint.int64(0) == 0)
    }

    @Test("More statements than the cache holds work all the same")
    func manyStatements() throws {
        for round in 0..<2 {
            for index in 0..<100 {
                let statement = try database.prepare("SELECT \(index) + ?1")
                try statement.bindAll([round])
                #expect(try statement.step())
                #expect(statement.int64(0) == Int64(index + round))
            }
        }
    }

    @Test("A statement outlives the database it came from")
    func outlives() throws {
        var other: SQLiteDatabase? = try SQLiteDatabase(path: folder.file("b.db"))
        let statement = try #require(try other?.prepare("SELECT 7"))
        other = nil
        #expect(try statement.step())
        #expect(statement.int64(0) == 7)
    }

    @Test(
        "SQL that is wrong, empty or more than one statement is refused",
        arguments: ["SELEC 1", "", " -- nothing", "SELECT 1; SELECT 2"]
    )
    func refused(_ sql: String) throws {
        #expect(throws: SQLiteError.self) { _ = try database.prepare(sql) }
    }

    @Test("A statement may end in a semicolon and blanks")
    func semicolon() throws {
        let statement = try database.prepare("SELECT 1;\n  ")
        #expect(try statement.step())
    }

    @Test("A broken rule of the schema is a constraint error, and the statement can go on")
    func constraint() throws {
        let insert = try database.prepare("INSERT INTO t (name) VALUES (?1)")
        try insert.run("a")
        let error = try failure { try insert.run("a") }
        #expect(error.kind == .constraint)
        #expect("\(error)".contains("t.name"))
        try insert.run("b")
        #expect(try names() == ["a", "b"])
    }
}
