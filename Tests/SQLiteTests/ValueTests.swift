import SQLite
import Testing

@Suite("Values come back as they were")
struct ValueTests {
    private let database: SQLiteDatabase

    init() throws {
        database = try SQLiteDatabase(path: ":memory:")
        try database.execute("CREATE TABLE t (v)")
    }

    /// Stores `value`, reads it back with `read`, and tells its type in SQLite's words.
    private func roundTrip<Value: SQLiteBindable, Result>(
        _ value: Value,
        _ read: (Statement) -> Result
    ) throws -> (Result, type: String) {
        try database.prepare("DELETE FROM t").run()
        try database.prepare("INSERT INTO t VALUES (?1)").run(value)
        let statement = try database.prepare("SELECT v, typeof(v) FROM t")
        try #require(try statement.step())
        return (read(statement), statement.string(1))
    }

    @Test("Integers", arguments: [0, 1, -1, Int64.max, Int64.min])
    func integers(_ value: Int64) throws {
        let (read, type) = try roundTrip(value) { $0.int64(0) }
        #expect(read == value)
        #expect(type == "integer")
    }

    @Test(
        "Floating-point numbers",
        arguments: [0.0, -0.5, 0.1, .greatestFiniteMagnitude, .leastNonzeroMagnitude, .infinity]
    )
    func doubles(_ value: Double) throws {
        let (read, type) = try roundTrip(value) { $0.double(0) }
        #expect(read == value)
        #expect(type == "real")
    }

    @Test(
        "Texts, also empty, with a NUL, and in either Unicode form",
        arguments: ["", "a", "a\0b", "é", "e\u{301}", "🦊"]
    )
    func strings(_ value: String) throws {
        let (read, type) = try roundTrip(value) { $0.string(0) }
        #expect(Array(read.utf8) == Array(value.utf8))
        #expect(type == "text")
    }

    @Test("Blobs, also empty", arguments: [[], [0], [0xff, 0x00, 0xfe], [UInt8](repeating: 7, count: 100_000)])
    func blobs(_ value: [UInt8]) throws {
        let (read, type) = try roundTrip(value) { $0.bytes(0) }
        #expect(read == value)
        #expect(type == "blob")
    }

    @Test("Nothing is NULL, and neither zero nor empty")
    func null() throws {
        #expect(try roundTrip(String?.none) { $0.isNull(0) } == (true, "null"))
        #expect(try roundTrip(Int?.some(0)) { $0.isNull(0) } == (false, "integer"))
        #expect(try roundTrip("") { $0.isNull(0) } == (false, "text"))
        #expect(try roundTrip([UInt8]()) { $0.isNull(0) } == (false, "blob"))
    }

    @Test("Borrowed buffers are copied, as text or as blob")
    func buffers() throws {
        let statement = try database.prepare("INSERT INTO t VALUES (?1), (?2), (?3), (?4)")
        var bytes = Array("abc".utf8)
        try bytes.withUnsafeBytes { buffer in
            try statement.bind(text: buffer, at: 1)
            try statement.bind(blob: buffer, at: 2)
            try statement.bind(text: UnsafeRawBufferPointer(rebasing: buffer[..<0]), at: 3)
        }
        try statement.bind(blob: UnsafeRawBufferPointer(start: nil, count: 0), at: 4)
        bytes = [0, 0, 0]
        #expect(try !statement.step())
        let rows = try database.prepare("SELECT v, typeof(v) FROM t ORDER BY rowid")
        var found: [String] = []
        while try rows.step() {
            found.append(rows.string(1) + ":" + rows.withBytes(0) { String(decoding: $0, as: UTF8.self) })
        }
        #expect(found == ["text:abc", "blob:abc", "text:", "blob:"])
    }

    @Test("A parameter that the SQL does not have is an error")
    func noSuchParameter() throws {
        let statement = try database.prepare("INSERT INTO t VALUES (?1)")
        #expect(throws: SQLiteError.self) { try statement.bind(Int64(1), at: 2) }
        #expect(throws: SQLiteError.self) { try statement.bindNull(at: 0) }
    }
}
