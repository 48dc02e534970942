import CLibSQLite

/// One compiled SQL statement with its values and its current row.
///
/// Parameters are counted from 1, as in SQL's `?1`; columns from 0. When the last reference to it goes, it lets go of its
/// locks and waits in the database's cache.
package final class Statement {
    let pointer: OpaquePointer
    let connection: Connection
    private let sql: String

    init(sql: String, connection: Connection) throws(SQLiteError) {
        self.sql = sql
        self.connection = connection
        pointer = try connection.takeStatement(sql)
    }

    deinit {
        connection.giveBackStatement(sql, pointer)
    }

    /// The number of parameters in the SQL.
    package var parameterCount: Int {
        Int(sqlite3_bind_parameter_count(pointer))
    }

    /// The number of columns in a row.
    package var columnCount: Int {
        Int(sqlite3_column_count(pointer))
    }

    /// Goes on to the next row: true if there is one, false when the statement is done.
    ///
    /// A step after the end starts from the beginning. Throws `SQLiteError`, after which the statement is reset.
    package func step() throws(SQLiteError) -> Bool {
        switch sqlite3_step(pointer) {
        case SQLITE_ROW:
            return true
        case SQLITE_DONE:
            return false
        case let code:
            let failure = connection.failure(code)
            sqlite3_reset(pointer)
            throw failure
        }
    }

    /// Goes back to before the first row, and lets go of the locks; the values stay bound.
    package func reset() {
        // The result repeats the failure of the latest step, which has been thrown already.
        sqlite3_reset(pointer)
    }

    /// Binds `values` to the parameters from 1 on, runs to the end, ignores rows, and resets.
    package func run(_ values: any SQLiteBindable...) throws(SQLiteError) {
        try bindAll(values)
        while try step() {}
        reset()
    }

    /// Resets, and binds `values`, one for each parameter.
    package func bindAll(_ values: [any SQLiteBindable]) throws(SQLiteError) {
        precondition(values.count == parameterCount, "a statement needs one value for each parameter")
        reset()
        for (index, value) in values.enumerated() {
            try value.bind(to: self, at: index + 1)
        }
    }
}
