import Postgres

extension Connection {
    /// The next rows, at most `count`, of a cursor that was declared in the open transaction.
    func fetch(_ count: Int, from cursor: StaticString) throws -> QueryResult {
        try execute(Query(unescaped: "FETCH FORWARD \(count) FROM \(cursor)"))
    }

    /// Calls `body` with the next rows, at most `count`, of the only cursor that is read on this connection, while the
    /// server fetches those behind them, which are for the next call.
    ///
    /// Where `body` is given what is being fetched it takes it in now and then; see ``Connection/execute(_:during:)``.
    func fetchingAhead<Value>(
        _ count: Int,
        from cursor: StaticString,
        _ body: (_ rows: QueryResult, _ following: Running?) throws -> Value
    ) throws -> Value {
        let rows = try resultAhead ?? fetch(count, from: cursor)
        resultAhead = nil
        guard rows.rowCount == count else { return try body(rows, nil) }
        let next = try execute(
            Query(unescaped: "FETCH FORWARD \(count) FROM \(cursor)"),
            during: { try body(rows, $0) }
        )
        resultAhead = next.result
        return next.value
    }
}
