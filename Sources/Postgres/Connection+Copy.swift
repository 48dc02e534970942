import CLibPQ
import Glibc

extension Connection {
    /// Bytes handed to libpq at once: enough to fill a socket, small beside the rows.
    private static let copyChunk = 128 * 1024
    /// The end of a binary copy: a row of -1 fields.
    private static let copyTrailer: [UInt8] = [0xFF, 0xFF]

    /// Copies rows into a table and returns how many the server stored.
    ///
    /// `table` may be qualified by a schema with a dot; every name is quoted. The columns' types must be exactly those
    /// that were encoded.
    @discardableResult
    package func copyIn(into table: String, columns: [String], rows: CopyRows) throws(PostgresError) -> Int {
        precondition(columns.count == rows.columnCount, "\(columns.count) columns named, \(rows.columnCount) encoded")
        precondition(rows.isComplete, "the last row has too few fields")
        let name = table.split(separator: ".").map { Self.quoted(String($0)) }.joined(separator: ".")
        let list = columns.map(Self.quoted).joined(separator: ", ")
        let statement = "COPY \(name) (\(list)) FROM STDIN (FORMAT binary)"
        try checkUsable(statement)
        guard PQsendQuery(handle, statement) == 1 else { throw lost(statement) }
        guard let answer = try nextResult(statement) else { throw lost(statement) }
        guard PQresultStatus(answer.handle) == PGRES_COPY_IN else {
            let failure = error(from: answer, statement)
            _ = try collectAfterCopy(statement, failure)
            throw failure
        }
        try sendRows(rows, statement)
        return try collectAfterCopy(statement, nil)?.affectedRows ?? 0
    }

    private func sendRows(_ rows: CopyRows, _ statement: String) throws(PostgresError) {
        var offset = 0
        while offset < rows.byteCount {
            let length = min(Self.copyChunk, rows.byteCount - offset)
            try putCopyData(statement) { handle in
                rows.withUnsafeBytes { bytes in
                    let start = bytes.baseAddress.map { ($0 + offset).assumingMemoryBound(to: CChar.self) }
                    return PQputCopyData(handle, start, Int32(length))
                }
            }
            offset += length
        }
        try putCopyData(statement) { handle in
            Self.copyTrailer.withUnsafeBytes { bytes in
                let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
                return PQputCopyData(handle, start, Int32(bytes.count))
            }
        }
        try putCopyData(statement) { handle in PQputCopyEnd(handle, nil) }
    }

    /// Calls `put` until libpq takes the data, and sends it before more is given, so that libpq's buffer stays small.
    private func putCopyData(
        _ statement: String,
        _ put: (OpaquePointer) -> Int32
    ) throws(PostgresError) {
        var accepted = put(handle)
        let deadline = ContinuousClock.now + silenceLimit
        while accepted == 0 {
            try flush(statement)
            guard ContinuousClock.now < deadline else { throw giveUp(statement) }
            accepted = put(handle)
        }
        guard accepted == 1 else { throw lost(statement) }
        try flush(statement)
    }

    /// Reads results until there are none left, and throws the first failure unless one is known already.
    private func collectAfterCopy(
        _ statement: String,
        _ known: PostgresError?
    ) throws(PostgresError) -> QueryResult? {
        var last: QueryResult?
        var failure: PostgresError?
        while let result = try nextResult(statement) {
            switch PQresultStatus(result.handle) {
            case PGRES_COMMAND_OK: last = result
            case PGRES_COPY_IN:
                isBroken = true
                throw lost(statement)
            default: failure = failure ?? error(from: result, statement)
            }
        }
        if PQstatus(handle) != CONNECTION_OK { isBroken = true }
        if let failure = known ?? failure { throw isBroken ? failure.with(kind: .connectionLost) : failure }
        guard last != nil else { throw lost(statement) }
        return last
    }

    /// A name as an SQL identifier.
    static func quoted(_ name: String) -> String {
        var text = "\""
        for character in name.unicodeScalars {
            if character == "\"" { text += "\"" }
            text.unicodeScalars.append(character)
        }
        return text + "\""
    }
}
