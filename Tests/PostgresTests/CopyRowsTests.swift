import Postgres
import Testing

extension ServerTests {
    @Suite struct CopyRowsTests {
        private static let columns = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "Odd \"name"]

        private static let table = """
            CREATE TEMPORARY TABLE copied (a bigint, b integer, c smallint, d double precision, e boolean, f text,
                g bytea, h timestamptz, i text[], "Odd ""name" text)
            """

        private static func rows(_ count: Int) -> CopyRows {
            var rows = CopyRows(columnCount: 10, reservingBytes: count * 100)
            for number in 0..<count {
                rows.beginRow()
                rows.append(Int64(number))
                rows.append(Int32(-number))
                rows.append(Int16(7))
                rows.append(Double(number) / 2)
                rows.append(number.isMultiple(of: 2))
                rows.appendText(utf8: Array("text \(number)".utf8))
                rows.appendBytes([0, 1, UInt8(truncatingIfNeeded: number)])
                rows.append(PostgresTimestamp(microseconds: Int64(number) * 1_000_000))
                rows.append(["x", "\(number)"])
                if number == 1 { rows.appendNull() } else { rows.appendText("named") }
            }
            return rows
        }

        @Test("Copied rows arrive whole and in order, also many of them")
        func copies() async throws {
            let rows = Self.rows(20_000)
            #expect(rows.count == 20_000)
            try await withPool { pool in
                try await pool.write { connection in
                    try connection.executeScript(Self.table)
                    #expect(try connection.copyIn(into: "pg_temp.copied", columns: Self.columns, rows: rows) == 20_000)
                    let sums = try connection.execute(
                        """
                        SELECT count(*), sum(a)::bigint, sum(b)::bigint, sum(c), sum(d), count(*) FILTER (WHERE e),
                            bool_and(f = 'text ' || a), count("Odd ""name"), bool_and(i[2] = a::text),
                            max(extract(epoch FROM h))::bigint
                        FROM copied
                        """
                    )[0]
                    #expect(try sums.int64(0) == 20_000)
                    #expect(try sums.int64(1) == 199_990_000)
                    #expect(try sums.int64(2) == -199_990_000)
                    #expect(try sums.int64(3) == 140_000)
                    #expect(try sums.double(4) == 99_995_000)
                    #expect(try sums.int64(5) == 10_000)
                    #expect(try sums.bool(6))
                    #expect(try sums.int64(7) == 19_999)
                    #expect(try sums.bool(8))
                    #expect(try sums.int64(9) == 19_999)
                    let second = try connection.execute("SELECT g, \"Odd \"\"name\" FROM copied WHERE a = 1")[0]
                    #expect(try second.bytes(0) == [0, 1, 1])
                    #expect(try second.optionalString(1) == nil)
                }
            }
        }

        @Test("No rows are copied as no rows, and a buffer can be used again")
        func empty() async throws {
            var rows = Self.rows(3)
            rows.removeAll()
            let none = rows
            rows.beginRow()
            for _ in 0..<10 { rows.appendNull() }
            let one = rows
            try await withPool { pool in
                try await pool.write { connection in
                    try connection.executeScript(Self.table)
                    #expect(try connection.copyIn(into: "copied", columns: Self.columns, rows: none) == 0)
                    #expect(try connection.copyIn(into: "copied", columns: Self.columns, rows: one) == 1)
                }
            }
        }

        @Test("A copy that the server refuses throws its reason and leaves the session usable")
        func refused() async throws {
            var wrong = CopyRows(columnCount: 1)
            wrong.beginRow()
            wrong.append(Int64(1))
            var nul = CopyRows(columnCount: 1)
            for _ in 0..<10_000 {
                nul.beginRow()
                nul.appendText(utf8: Array("a\0b".utf8))
            }
            let (integers, texts) = (wrong, nul)
            try await withPool { pool in
                try await pool.withConnection { connection in
                    try connection.executeScript("CREATE TEMPORARY TABLE refusing (a integer, b text)")
                    #expect(throws: PostgresError.self) {
                        try connection.copyIn(into: "refusing", columns: ["a"], rows: integers)
                    }
                    do {
                        try connection.copyIn(into: "refusing", columns: ["b"], rows: texts)
                        Issue.record("a NUL was accepted")
                    } catch let error as PostgresError {
                        #expect(error.kind == .server(.characterNotInRepertoire))
                    }
                    do {
                        try connection.copyIn(into: "not there", columns: ["b"], rows: texts)
                        Issue.record("a missing table was accepted")
                    } catch let error as PostgresError {
                        #expect(error.kind == .server(.undefinedTable))
                    }
                    #expect(try connection.execute("SELECT count(*) FROM refusing")[0].int64(0) == 0)
                }
            }
        }
    }
}
