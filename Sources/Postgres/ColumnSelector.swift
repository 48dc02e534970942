import CLibPQ

/// How a column of a row is named: by its position from 0, or by its name.
package protocol ColumnSelector: Sendable {
    /// The position of the column, or a negative number when the result has no such column.
    func columnIndex(in result: QueryResult) -> Int32
}

extension Int: ColumnSelector {
    /// The position itself, when the result has so many columns.
    package func columnIndex(in result: QueryResult) -> Int32 {
        self >= 0 && self < result.columnCount ? Int32(self) : -1
    }
}

extension String: ColumnSelector {
    /// The first column with this name; as in SQL, letters count as lower case unless the name is quoted.
    package func columnIndex(in result: QueryResult) -> Int32 {
        PQfnumber(result.handle, self)
    }
}
