internal import Digest
internal import Federation
internal import SQLite

extension ScanTable {
    /// A pattern that the guard holds back.
    struct Held {
        var part: Int
        var number: Int64
        var id: PatternID
        var rules: [String]
    }

    /// How many patterns stand how because of which rules.
    func reasons() throws -> [(standing: Standing, rules: [String], count: Int64)] {
        let statement = try database.prepare(
            "SELECT standing, reasons, count(*) FROM temp.scan WHERE reasons IS NOT NULL GROUP BY standing, reasons"
        )
        var found: [(standing: Standing, rules: [String], count: Int64)] = []
        while try statement.step() {
            guard let standing = Standing(rawValue: statement.int64(0)) else { continue }
            found.append((standing, ScanTable.rules(statement.string(1)), statement.int64(2)))
        }
        return found
    }

    /// The first `limit` patterns that the guard holds back.
    func heldRecords(limit: Int) throws -> [Held] {
        let statement = try database.prepare(
            "SELECT part, number, id, reasons FROM temp.scan WHERE standing = ?1 ORDER BY line LIMIT ?2"
        )
        try statement.bind(Standing.held.rawValue, at: 1)
        try statement.bind(Int64(limit), at: 2)
        var found: [Held] = []
        while try statement.step() {
            found.append(
                Held(
                    part: Int(statement.int64(0)),
                    number: statement.int64(1),
                    id: statement.patternID(2),
                    rules: ScanTable.rules(statement.string(3))
                )
            )
        }
        return found
    }

    private static func rules(_ text: String) -> [String] {
        text.split(separator: " ").map(String.init)
    }
}
