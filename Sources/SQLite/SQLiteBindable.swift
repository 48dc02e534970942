/// A Swift value that can stand for a parameter of a statement.
package protocol SQLiteBindable {
    /// Binds this value to the parameter at `position` of `statement`.
    func bind(to statement: Statement, at position: Int) throws(SQLiteError)
}

extension Int64: SQLiteBindable {
    package func bind(to statement: Statement, at position: Int) throws(SQLiteError) {
        try statement.bind(self, at: position)
    }
}

extension Int: SQLiteBindable {
    package func bind(to statement: Statement, at position: Int) throws(SQLiteError) {
        try statement.bind(Int64(self), at: position)
    }
}

extension Double: SQLiteBindable {
    package func bind(to statement: Statement, at position: Int) throws(SQLiteError) {
        try statement.bind(self, at: position)
    }
}

extension String: SQLiteBindable {
    package func bind(to statement: Statement, at position: Int) throws(SQLiteError) {
        try statement.bind(self, at: position)
    }
}

extension [UInt8]: SQLiteBindable {
    package func bind(to statement: Statement, at position: Int) throws(SQLiteError) {
        try statement.bind(self, at: position)
    }
}

/// Nothing is NULL.
extension Optional: SQLiteBindable where Wrapped: SQLiteBindable {
    package func bind(to statement: Statement, at position: Int) throws(SQLiteError) {
        guard let value = self else { return try statement.bindNull(at: position) }
        try value.bind(to: statement, at: position)
    }
}
