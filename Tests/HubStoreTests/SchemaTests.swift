import Federation
import HubStore
import Migrations
import Postgres
import Testing

@Suite("The schema", .serialized)
struct SchemaTests {
    private func strings(_ query: Query, in connectionString: String) async throws -> [String] {
        let pool = PostgresPool(
            configuration: PostgresConfiguration(connectionString: connectionString, applicationName: "schema-tests")
        )
        do {
            let found = try await pool.read { connection in
                try connection.execute(query).rows.map { try $0.string(0) }
            }
            await pool.close()
            return found
        } catch {
            await pool.close()
            throw error
        }
    }

    @Test("Every table and column has a comment, and every constraint a name of its own")
    func comments() async throws {
        try await ScratchStore.withDatabase { connectionString in
            let store = try await Store.open(
                connectionString,
                poolSize: 2,
                now: ScratchStore.now,
                newIdentity: { [UInt8](repeating: 1, count: 16) }
            )
            await store.close()
            let uncommented = try await strings(
                """
                SELECT c.relname || coalesce('.' || a.attname, '') FROM pg_class AS c
                LEFT JOIN LATERAL (
                    SELECT attname, attnum FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
                    UNION ALL SELECT NULL, 0
                ) AS a ON true
                WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v')
                    AND col_description(c.oid, a.attnum) IS NULL
                    AND (a.attnum > 0 OR obj_description(c.oid, 'pg_class') IS NULL)
                """,
                in: connectionString
            )
            #expect(uncommented == [])
            let unnamed = try await strings(
                """
                SELECT conname::text FROM pg_constraint
                WHERE connamespace = 'public'::regnamespace AND conname ~ '_check[0-9]*$'
                """,
                in: connectionString
            )
            #expect(unnamed == [])
            let collations = try await strings(
                """
                SELECT table_name || '.' || column_name FROM information_schema.columns
                WHERE table_schema = 'public' AND column_name IN ('pattern_id', 'node', 'collection')
                    AND coalesce(collation_name, '') <> 'C'
                """,
                in: connectionString
            )
            #expect(collations == [])
        }
    }

    @Test("Migrating twice is migrating once; a newer or reworded history is refused")
    func migrations() async throws {
        try await ScratchStore.withDatabase { connectionString in
            func open() async throws {
                let store = try await Store.open(
                    connectionString,
                    poolSize: 2,
                    now: ScratchStore.now,
                    newIdentity: { [UInt8](repeating: 1, count: 16) }
                )
                await store.close()
            }
            try await open()
            try await open()
            let numbers = try await strings("SELECT number::text FROM schema_migrations", in: connectionString)
            #expect(numbers == Migrations.all.map { "\($0.number)" })
            try await execute("UPDATE schema_migrations SET sha256 = sha256('other')", in: connectionString)
            await #expect(throws: StoreError.self) { try await open() }
            try await execute("DELETE FROM schema_migrations", in: connectionString)
            try await execute(
                "INSERT INTO schema_migrations VALUES (9999, 'future', sha256('x'), now())",
                in: connectionString
            )
            await #expect(throws: StoreError.self) { try await open() }
        }
    }

    private func execute(_ query: Query, in connectionString: String) async throws {
        let pool = PostgresPool(
            configuration: PostgresConfiguration(connectionString: connectionString, applicationName: "schema-tests")
        )
        _ = try await pool.write { try $0.execute(query).affectedRows }
        await pool.close()
    }
}
