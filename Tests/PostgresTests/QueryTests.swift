import Postgres
import Testing

extension ServerTests {
    @Suite struct QueryTests {
        @Test("Values of every type come back as they were sent")
        func roundTrips() async throws {
            try await withPool { pool in
                try await pool.withConnection { connection in
                    let uuid = PostgresUUID(bytes: Array(0..<16))
                    let result = try connection.execute(
                        """
                        SELECT \(true) AS a, \(Int16(-2)) AS b, \(Int32.min) AS c, \(Int64.max) AS d, \(7) AS e,
                            \(-0.1) AS f, \("é\u{301}") AS g, \([0, 255, 1] as [UInt8]) AS h,
                            \(PostgresText(utf8: Array("x'y".utf8))) AS i,
                            \(PostgresTimestamp(microseconds: -1)) AS j, \(uuid) AS k
                        """
                    )
                    let row = result[0]
                    #expect(try row.bool("a"))
                    #expect(try row.int32("b") == -2)
                    #expect(try row.int32(2) == .min)
                    #expect(try row.int64("d") == .max)
                    #expect(try row.int64("c") == Int64(Int32.min))
                    #expect(try row.int64("e") == 7)
                    #expect(try row.double("f") == -0.1)
                    #expect(try Array(row.string("g").utf8) == Array("é\u{301}".utf8))
                    #expect(try row.bytes("h") == [0, 255, 1])
                    #expect(try row.text("i").utf8 == Array("x'y".utf8))
                    #expect(try row.withBytes("i") { $0.count } == 3)
                    #expect(try row.timestamp("j") == -1)
                    #expect(try row.uuid("k") == uuid)
                    #expect(result.rowCount == 1 && result.columnCount == 11)
                }
            }
        }

        @Test("A statement runs while something else is done, and whatever fails, the session can be used afterwards")
        func overlapping() async throws {
            try await withPool { pool in
                try await pool.withConnection { connection in
                    // More than the socket holds, so that the server depends on what is taken in.
                    let rows: Query = "SELECT n, repeat('x', 1000) FROM generate_series(1, 5000) AS n"
                    let (result, steps) = try connection.execute(rows) { running in
                        for _ in 0..<100 { running.takeIn() }
                        return 100
                    }
                    #expect(steps == 100)
                    #expect(try result.rows.map { try $0.int32(0) } == Array(1...5000))
                    #expect(throws: Failure.self) {
                        try connection.execute(rows) { _ in throw Failure("on purpose") }
                    }
                    #expect(try connection.execute("SELECT 1")[0].int32(0) == 1)
                    #expect(throws: PostgresError.self) {
                        try connection.execute("SELECT 1 / (n - 3000) FROM generate_series(1, 5000) AS n") {
                            $0.takeIn()
                        }
                    }
                    #expect(try connection.execute("SELECT 2")[0].int32(0) == 2)
                }
            }
        }

        @Test("What was fetched early is forgotten when a connection is given back")
        func forgottenResults() async throws {
            try await withPool { pool in
                let lease = try await pool.lease()
                try await lease.run { $0.resultAhead = try $0.execute("SELECT 1") }
                #expect(try await lease.run { $0.resultAhead?.rowCount } == 1)
                await lease.release()
                for _ in 0..<20 {
                    #expect(try await pool.withConnection { $0.resultAhead == nil })
                }
            }
        }

        @Test("The server reads moments and numbers as the same moments and numbers")
        func serverAgrees() async throws {
            try await withPool { pool in
                try await pool.withConnection { connection in
                    let moment = PostgresTimestamp(microseconds: 1_766_138_400_123_456)
                    let row = try connection.execute(
                        """
                        SELECT \(moment)::text, \(1.5)::text, \(Int64.min)::text, \([1, -2] as [Int64])::text,
                            extract(epoch FROM \(PostgresTimestamp(microseconds: 0)))::bigint
                        """
                    )[0]
                    #expect(try row.string(0) == "2025-12-19 10:00:00.123456+00")
                    #expect(try row.string(1) == "1.5")
                    #expect(try row.string(2) == "-9223372036854775808")
                    #expect(try row.string(3) == "{1,-2}")
                    #expect(try row.int64(4) == 0)
                }
            }
        }

        @Test("Arrays of every type arrive, and empty ones stay empty")
        func arrays() async throws {
            try await withPool { pool in
                try await pool.withConnection { connection in
                    let row = try connection.execute(
                        """
                        SELECT \(["a", "", "b\"c"]), \([] as [String]), \([3, 4] as [Int64]), \([5] as [Int32]),
                            \([0.5]), \([[1, 2], []] as [[UInt8]]), \([true, false])::text,
                            \([PostgresText(utf8: [0x78])]), \([PostgresTimestamp(microseconds: 0)])::text
                        """
                    )[0]
                    #expect(try row.textArray(0) == ["a", "", "b\"c"])
                    #expect(try row.textArray(1) == [])
                    #expect(try row.int64Array(2) == [3, 4])
                    #expect(try row.int64Array(3) == [5])
                    #expect(try row.doubleArray(4) == [0.5])
                    #expect(try row.bytesArray(5) == [[1, 2], []])
                    #expect(try row.string(6) == "{t,f}")
                    #expect(try row.textArray(7) == ["x"])
                    #expect(try row.string(8) == "{\"1970-01-01 00:00:00+00\"}")
                }
            }
        }

        @Test("NULL has a type on the way out and is nil on the way back")
        func nulls() async throws {
            try await withPool { pool in
                try await pool.withConnection { connection in
                    let none: Int64? = nil
                    let some: String? = "x"
                    let row = try connection.execute("SELECT \(none), pg_typeof(\(none))::text, \(some), \("")")[0]
                    #expect(try row.isNull(0))
                    #expect(try row.optionalInt64(0) == nil)
                    #expect(try row.string(1) == "bigint")
                    #expect(try row.optionalString(2) == "x")
                    #expect(try row.string(3) == "")
                    #expect(throws: PostgresError.self) { try row.int64(0) }
                }
            }
        }

        @Test("A NUL in a text is refused, never cut")
        func nul() async throws {
            try await withPool { pool in
                let text = "evil\0suffix"
                let kind = await kindThrown {
                    try await pool.withConnection { _ = try $0.execute("SELECT \(text)") }
                }
                #expect(kind == .server(.characterNotInRepertoire))
                let inStatement = await kindThrown {
                    try await pool.withConnection { _ = try $0.execute("SELECT 1\(unescaped: "\0") garbage") }
                }
                #expect(inStatement == .configuration)
            }
        }

        @Test("Interpolation binds and cannot change the statement")
        func interpolation() async throws {
            let name = "'; DROP TABLE t; --"
            let query: Query = "SELECT \(name) WHERE \(1) = ANY(\([1, 2] as [Int64])) \(unescaped: "LIMIT 1")"
            #expect(query.text == "SELECT $1 WHERE $2 = ANY($3) LIMIT 1")
            try await withPool { pool in
                let answer = try await pool.withConnection { try $0.execute(query).first?.string(0) }
                #expect(answer == name)
            }
        }

        @Test("A value of another type or an unknown column is an error that names the column")
        func mismatches() async throws {
            try await withPool { pool in
                try await pool.withConnection { connection in
                    let row = try connection.execute("SELECT 1.5::numeric AS n, 'x'::text AS t, '{{1}}'::text[] AS m")[
                        0
                    ]
                    #expect(throws: PostgresError.self) { try row.int64("n") }
                    #expect(throws: PostgresError.self) { try row.string("n") }
                    #expect(throws: PostgresError.self) { try row.bytes("t") }
                    #expect(throws: PostgresError.self) { try row.textArray("m") }
                    #expect(throws: PostgresError.self) { try row.string("missing") }
                    #expect(throws: PostgresError.self) { try row.string(9) }
                    do {
                        _ = try row.bool("t")
                    } catch let error as PostgresError {
                        #expect(error.description.contains("\"t\""))
                        #expect(error.kind == .decoding)
                    }
                }
            }
        }

        @Test("jsonb, enumerations and infinite moments are read or refused as documented")
        func unusualTypes() async throws {
            try await withPool { pool in
                try await pool.withConnection { connection in
                    try connection.executeScript("CREATE TYPE mood AS ENUM ('happy')")
                    let row = try connection.execute(
                        "SELECT '{\"a\":1}'::jsonb, 'happy'::mood, 'infinity'::timestamptz, 'x'::name"
                    )[0]
                    #expect(try row.string(0) == "{\"a\": 1}")
                    #expect(try row.string(1) == "happy")
                    #expect(throws: PostgresError.self) { try row.timestamp(2) }
                    #expect(try row.string(3) == "x")
                    try connection.executeScript("DROP TYPE mood")
                }
            }
        }

        @Test("Affected rows are counted, and a script runs all of its statements or none")
        func scripts() async throws {
            try await withPool { pool in
                try await pool.withConnection { connection in
                    try connection.executeScript("CREATE TABLE scripted (a int); INSERT INTO scripted VALUES (1), (2)")
                    #expect(try connection.execute("UPDATE scripted SET a = a + 1").affectedRows == 2)
                    #expect(throws: PostgresError.self) {
                        try connection.executeScript("DELETE FROM scripted; SELECT 1/0")
                    }
                    let rows = try connection.execute("SELECT a FROM scripted ORDER BY a").rows
                    #expect(try rows.map { try $0.int32(0) } == [2, 3])
                    try connection.executeScript("DROP TABLE scripted")
                }
            }
        }

        @Test("COPY through execute costs the session, and the pool replaces it")
        func strayCopy() async throws {
            try await withPool { pool in
                let kind = await kindThrown {
                    try await pool.withConnection { _ = try $0.execute("COPY (SELECT 1) TO STDOUT") }
                }
                #expect(kind == .configuration)
                let answer = try await pool.withConnection { try $0.execute("SELECT 1")[0].int32(0) }
                #expect(answer == 1)
            }
        }
    }
}
