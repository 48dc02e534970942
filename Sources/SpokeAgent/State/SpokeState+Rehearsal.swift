internal import SQLite

/// Looking ahead: what a push would write goes to copies that nobody else sees.
extension SpokeState {
    /// What a pull writes to, too; copying it may take long.
    private static let pulled = ["winners", "imported"]
    /// What only sinks write to.
    private static let sinks = ["sink_files", "sink_positions", "sink_points"]

    /// Has everything that a push writes from here on go to temporary copies of the tables.
    ///
    /// They hide the real ones from this connection. So the file stays as it is, and a spoke that runs on it is never kept
    /// waiting.
    package func rehearse() throws {
        guard !database.leavesWritingToOthers else { return }
        database.leavesWritingToOthers = true
        try copyTables { !(SpokeState.pulled + SpokeState.sinks).contains($0) }
    }

    /// Has what a pull writes go to temporary copies as well; of a state that is being rehearsed.
    func rehearsePulling() throws {
        let statement = try database.prepare("SELECT 1 FROM temp.sqlite_schema WHERE name = ?1")
        try statement.bind(SpokeState.pulled[0], at: 1)
        guard try !statement.step() else { return }
        statement.reset()
        try copyTables(SpokeState.pulled.contains)
    }

    private func copyTables(_ isChosen: (String) -> Bool) throws {
        try database.transaction {
            // The tables refer to each other.
            try database.execute("PRAGMA defer_foreign_keys = ON")
            let tables = try texts(of: "table").filter { isChosen($0.name) }
            for table in tables {
                try database.execute("CREATE TEMPORARY TABLE\(table.sql.dropFirst("CREATE TABLE".utf8.count))")
            }
            for table in tables {
                try database.execute("INSERT INTO temp.\(table.name) SELECT * FROM main.\(table.name)")
            }
            // Made behind the rows, which is faster.
            for index in try texts(of: "index") where isChosen(index.table) {
                let kind = index.sql.hasPrefix("CREATE UNIQUE") ? "CREATE UNIQUE INDEX" : "CREATE INDEX"
                try database.execute("\(kind) temp.\(index.sql.dropFirst(kind.utf8.count + 1))")
            }
        }
    }

    /// What the file's schema says of its tables or indexes, in the order in which they were made.
    private func texts(of type: StaticString) throws -> [(name: String, table: String, sql: String)] {
        let statement = try database.prepare(
            """
            SELECT name, tbl_name, sql FROM main.sqlite_schema
            WHERE type = '\(type)' AND sql IS NOT NULL AND name NOT LIKE 'sqlite#_%' ESCAPE '#' ORDER BY rowid
            """
        )
        var texts: [(name: String, table: String, sql: String)] = []
        while try statement.step() { texts.append((statement.string(0), statement.string(1), statement.string(2))) }
        return texts
    }
}
