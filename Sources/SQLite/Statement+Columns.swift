import CLibSQLite

/// The current row's columns, counted from 0.
///
/// SQLite converts between types as SQL does, and reads NULL as 0, "" or no bytes; `isNull` tells them apart.
extension Statement {
    /// Whether `column` is NULL.
    package func isNull(_ column: Int) -> Bool {
        sqlite3_column_type(pointer, index(column)) == SQLITE_NULL
    }

    /// `column` as an integer.
    package func int64(_ column: Int) -> Int64 {
        sqlite3_column_int64(pointer, index(column))
    }

    /// `column` as a floating-point number.
    package func double(_ column: Int) -> Double {
        sqlite3_column_double(pointer, index(column))
    }

    /// `column` as text; bytes that are not UTF-8 become replacement characters.
    package func string(_ column: Int) -> String {
        let start = sqlite3_column_text(pointer, index(column))
        let bytes = UnsafeBufferPointer(start: start, count: byteCount(column))
        return String(decoding: bytes, as: UTF8.self)
    }

    /// `column` as bytes: a blob's own, or the UTF-8 of a text.
    package func bytes(_ column: Int) -> [UInt8] {
        withBytes(column) { [UInt8]($0) }
    }

    /// Lends the bytes of `column` to `body`, without a copy; they are valid in it alone.
    package func withBytes<Result, Failure: Error>(
        _ column: Int,
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let start = sqlite3_column_blob(pointer, index(column))
        return try body(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : byteCount(column)))
    }

    /// The length of what was read last from `column`.
    private func byteCount(_ column: Int) -> Int {
        Int(sqlite3_column_bytes(pointer, index(column)))
    }

    private func index(_ column: Int) -> Int32 {
        Int32(clamping: column)
    }
}
