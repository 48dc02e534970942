import CLibPQ

/// The rows, or the effect, of one statement.
///
/// It owns libpq's result and frees it; rows are views of it and keep it alive.
package final class QueryResult {
    let handle: OpaquePointer
    /// Number of rows.
    package let rowCount: Int
    /// Number of columns.
    package let columnCount: Int

    init(handle: OpaquePointer) {
        self.handle = handle
        rowCount = Int(PQntuples(handle))
        columnCount = Int(PQnfields(handle))
    }

    deinit {
        PQclear(handle)
    }

    /// Rows inserted, updated, deleted, merged or selected by the statement; 0 for statements without such a number.
    package var affectedRows: Int {
        guard let text = PQcmdTuples(handle) else { return 0 }
        return Int(String(cString: text)) ?? 0
    }

    /// What the server says it did, such as `INSERT 0 1` or `ROLLBACK`.
    var commandTag: String {
        guard let text = PQcmdStatus(handle) else { return "" }
        return String(cString: text)
    }

    /// The row at a position.
    ///
    /// - Precondition: the position is from 0 to below `rowCount`.
    package subscript(row: Int) -> Row {
        precondition(row >= 0 && row < rowCount, "row \(row) of \(rowCount)")
        return Row(result: self, index: Int32(row))
    }

    /// The first row, when there is one.
    package var first: Row? { rowCount > 0 ? self[0] : nil }

    /// The last row, when there is one.
    package var last: Row? { rowCount > 0 ? self[rowCount - 1] : nil }

    /// All rows in order.
    package var rows: Rows { Rows(result: self) }

    /// The rows of a result, in order.
    package struct Rows: Sequence, IteratorProtocol {
        let result: QueryResult
        private var position = 0

        init(result: QueryResult) {
            self.result = result
        }

        /// The next row.
        package mutating func next() -> Row? {
            guard position < result.rowCount else { return nil }
            defer { position += 1 }
            return result[position]
        }
    }
}
