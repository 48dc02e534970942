import Postgres

extension Connection {
    /// The next `rows` rows of a cursor of the program's own, at most.
    func fetch(_ rows: Int, from cursor: String) throws -> QueryResult {
        try execute(Query(unescaped: "FETCH FORWARD \(rows) FROM \(cursor)"))
    }
}
