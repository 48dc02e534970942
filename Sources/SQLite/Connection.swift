import CLibSQLite
import Glibc

/// Owns one open `sqlite3` and the compiled statements that wait to be used again.
///
/// Every statement keeps it alive, so it closes after the last of them.
final class Connection {
    /// Compiled statements kept for reuse; the least recently used goes first.
    static let statementCacheCapacity = 32

    /// What SQLite takes for no file at all.
    static let inMemoryPath = ":memory:"

    let path: String
    let pointer: OpaquePointer
    private var idleStatements: [(sql: String, pointer: OpaquePointer)] = []

    init(path: String, isImmutable: Bool) throws(SQLiteError) {
        if path != Self.inMemoryPath, !isImmutable { Self.createPrivateFile(at: path) }
        self.path = path
        var opened: OpaquePointer?
        // Without its own mutex: the object is not Sendable, so two threads never use it at once.
        let way =
            isImmutable ? SQLITE_OPEN_READONLY | SQLITE_OPEN_URI : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        let name = isImmutable ? Self.immutableName(path) : path
        let code = sqlite3_open_v2(name, &opened, way | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard let opened, code == SQLITE_OK else {
            let message = opened.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(code))
            sqlite3_close_v2(opened)
            throw SQLiteError(code: code, message: message, path: path)
        }
        pointer = opened
    }

    /// The URI of a file that nobody changes while it is open.
    private static func immutableName(_ path: String) -> String {
        var name = Array("file:".utf8)
        for byte in path.utf8 {
            if "%?#".utf8.contains(byte) { name += "%\(String(byte, radix: 16))".utf8 } else { name.append(byte) }
        }
        return String(decoding: name, as: UTF8.self) + "?immutable=1"
    }

    deinit {
        for statement in idleStatements {
            sqlite3_finalize(statement.pointer)
        }
        sqlite3_close_v2(pointer)
    }

    /// The latest failure, which SQLite reported as `code`.
    func failure(_ code: Int32) -> SQLiteError {
        SQLiteError(code: code, message: String(cString: sqlite3_errmsg(pointer)), path: path)
    }

    func check(_ code: Int32) throws(SQLiteError) {
        guard code == SQLITE_OK else { throw failure(code) }
    }

    /// A compiled form of `sql` that nobody else uses.
    func takeStatement(_ sql: String) throws(SQLiteError) -> OpaquePointer {
        if let index = idleStatements.lastIndex(where: { $0.sql == sql }) {
            return idleStatements.remove(at: index).pointer
        }
        var text = sql
        let (code, statement, isWhole) = text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                var statement: OpaquePointer?
                var rest: UnsafePointer<CChar>?
                let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
                let count = Int32(clamping: characters.count)
                let code = sqlite3_prepare_v3(pointer, characters.baseAddress, count, flags, &statement, &rest)
                let used = rest.flatMap { end in characters.baseAddress.map { end - $0 } } ?? characters.count
                return (code, statement, characters.dropFirst(used).allSatisfy { isspace(Int32($0)) != 0 })
            }
        }
        try check(code)
        guard let statement else {
            throw SQLiteError(code: SQLITE_MISUSE, message: "the SQL holds no statement", path: path)
        }
        guard isWhole else {
            sqlite3_finalize(statement)
            throw SQLiteError(code: SQLITE_MISUSE, message: "the SQL goes on after its first statement", path: path)
        }
        return statement
    }

    /// Takes back what `takeStatement` gave out, so that it holds no lock and no value any more.
    func giveBackStatement(_ sql: String, _ statement: OpaquePointer) {
        sqlite3_reset(statement)
        sqlite3_clear_bindings(statement)
        if idleStatements.count == Self.statementCacheCapacity {
            sqlite3_finalize(idleStatements.removeFirst().pointer)
        }
        idleStatements.append((sql, statement))
    }

    /// Creates the file for its owner alone; SQLite gives its companions the same permissions.
    ///
    /// A file that exists is left untouched, as closing it here would drop the locks of other connections. If the file
    /// cannot be created, opening it says why.
    private static func createPrivateFile(at path: String) {
        let descriptor = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, mode_t(0o600))
        guard descriptor >= 0 else { return }
        close(descriptor)
    }
}
