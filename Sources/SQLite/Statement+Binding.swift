import CLibSQLite

extension Statement {
    /// Binds an integer to the parameter at `position`.
    package func bind(_ value: Int64, at position: Int) throws(SQLiteError) {
        try connection.check(sqlite3_bind_int64(pointer, index(position), value))
    }

    /// Binds a floating-point number to the parameter at `position`; SQLite stores NaN as NULL.
    package func bind(_ value: Double, at position: Int) throws(SQLiteError) {
        try connection.check(sqlite3_bind_double(pointer, index(position), value))
    }

    /// Binds a text to the parameter at `position`.
    package func bind(_ value: String, at position: Int) throws(SQLiteError) {
        var text = value
        let code = text.withUTF8 { bindText(UnsafeRawBufferPointer($0), at: position) }
        try connection.check(code)
    }

    /// Binds a blob to the parameter at `position`.
    package func bind(_ value: [UInt8], at position: Int) throws(SQLiteError) {
        let code = value.withUnsafeBytes { bindBlob($0, at: position) }
        try connection.check(code)
    }

    /// Binds a copy of `text`, which is UTF-8, to the parameter at `position`.
    package func bind(text: UnsafeRawBufferPointer, at position: Int) throws(SQLiteError) {
        try connection.check(bindText(text, at: position))
    }

    /// Binds a copy of `blob` to the parameter at `position`.
    package func bind(blob: UnsafeRawBufferPointer, at position: Int) throws(SQLiteError) {
        try connection.check(bindBlob(blob, at: position))
    }

    /// Binds NULL to the parameter at `position`.
    package func bindNull(at position: Int) throws(SQLiteError) {
        try connection.check(sqlite3_bind_null(pointer, index(position)))
    }

    // An empty buffer may have no address, which SQLite would take for NULL.

    private func bindText(_ bytes: UnsafeRawBufferPointer, at position: Int) -> Int32 {
        guard let start = bytes.bindMemory(to: CChar.self).baseAddress, !bytes.isEmpty else {
            return sqlite3_shim_bind_text(pointer, index(position), "", 0)
        }
        return sqlite3_shim_bind_text(pointer, index(position), start, UInt64(bytes.count))
    }

    private func bindBlob(_ bytes: UnsafeRawBufferPointer, at position: Int) -> Int32 {
        guard let start = bytes.baseAddress, !bytes.isEmpty else {
            return sqlite3_bind_zeroblob(pointer, index(position), 0)
        }
        return sqlite3_shim_bind_blob(pointer, index(position), start, UInt64(bytes.count))
    }

    private func index(_ position: Int) -> Int32 {
        Int32(clamping: position)
    }
}
