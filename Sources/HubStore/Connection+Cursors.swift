import Postgres

extension Connection {
    /// The next rows, at most `count`, of a cursor that was declared in the open transaction.
    func fetch(_ count: Int, from cursor: StaticString) throws -> QueryResult {
        try execute(Query(unescaped: "FETCH FORWARD \(count) FROM \(cursor)"))
    }
}
