import SQLite
import Testing

@Suite("Transactions")
struct TransactionTests {
    private let folder: Folder
    private let database: SQLiteDatabase

    init() throws {
        folder = try Folder()
        database = try SQLiteDatabase(path: folder.file("a.db"), busyTimeout: .milliseconds(100))
        try database.execute("CREATE TABLE t (v)")
    }

    private struct Interruption: Error {}

    private func count() throws -> Int64 {
        let statement = try database.prepare("SELECT count(*) FROM t")
        try #require(try statement.step())
        return statement.int64(0)
    }

    @Test("What a transaction did is kept, and its result returned")
    func committed() throws {
        let result = try database.transaction {
            try database.execute("INSERT INTO t VALUES (1), (2)")
            return database.isInTransaction
        }
        #expect(result)
        #expect(!database.isInTransaction)
        #expect(try count() == 2)
    }

    @Test("Nothing is kept of a transaction that throws, and its error is passed on")
    func rolledBack() throws {
        #expect(throws: Interruption.self) {
            try database.transaction {
                try database.execute("INSERT INTO t VALUES (1)")
                try database.setUserVersion(9)
                throw Interruption()
            }
        }
        #expect(!database.isInTransaction)
        #expect(try count() == 0)
        #expect(try database.userVersion == 0)
    }

    @Test("A transaction that throws in mid-row is rolled back")
    func rolledBackWhileReading() throws {
        try database.execute("INSERT INTO t VALUES (1), (2)")
        let statement = try database.prepare("SELECT v FROM t")
        #expect(throws: Interruption.self) {
            try database.transaction {
                try database.execute("DELETE FROM t")
                try database.execute("INSERT INTO t VALUES (3), (4)")
                #expect(try statement.step())
                throw Interruption()
            }
        }
        statement.reset()
        #expect(try count() == 2)
    }

    @Test("A second writer waits for the busy timeout, then is told")
    func busy() throws {
        let other = try SQLiteDatabase(path: folder.file("a.db"), busyTimeout: .milliseconds(100))
        try database.transaction {
            let error = try failure { try other.transaction {} }
            #expect(error.kind == .busy)
        }
        try other.transaction {}
    }

    @Test("A reader is not held up by a writer, and does not see what is not committed")
    func readersAndWriter() throws {
        let other = try SQLiteDatabase(path: folder.file("a.db"), busyTimeout: .milliseconds(100))
        try other.transaction {
            try other.execute("INSERT INTO t VALUES (1)")
            #expect(try count() == 0)
        }
        #expect(try count() == 1)
    }

    @Test("A full database keeps what was committed, refuses more, and recovers")
    func full() throws {
        try database.execute("INSERT INTO t VALUES (1)")
        try database.execute("PRAGMA max_page_count = 20")
        let error = try failure {
            try database.transaction {
                let insert = try database.prepare("INSERT INTO t VALUES (?1)")
                for _ in 0..<100 {
                    try insert.run([UInt8](repeating: 1, count: 4096))
                }
            }
        }
        #expect(error.kind == .full)
        #expect("\(error)".contains("Free disk space"))
        #expect(!database.isInTransaction)
        #expect(try count() == 1)
        #expect(try database.integrityCheck().isEmpty)
        try database.execute("INSERT INTO t VALUES (2)")
        #expect(try count() == 2)
    }
}
