import Digest
package import Federation
package import Migrations
import Postgres

/// Brings a database's schema to the version this program was built for.
package struct Migrator: Sendable {
    /// Names the lock under which one hub process at a time migrates; "tribmigr" in ASCII.
    private static let lockKey: Int64 = 0x7472_6962_6D69_6772
    /// How long to wait for another process that is migrating.
    private static let lockWait: Duration = .seconds(60)
    private static let migrationDeadline: Duration = .seconds(600)

    private let migrations: [Migration]

    /// A migrator for `migrations`, which are in order.
    package init(migrations: [Migration] = Migrations.all) {
        self.migrations = migrations
    }

    /// Applies what is missing, each migration in a transaction of its own, and returns the numbers applied.
    ///
    /// Throws ``StoreError/schema(_:)`` where the database was migrated by a newer program or by an edited migration.
    package func migrate(_ store: Store, now: Timestamp) async throws -> [Int32] {
        try await store.pool.withConnection { connection in
            try connection.withAdvisoryLock(Migrator.lockKey, wait: Migrator.lockWait) { connection in
                try migrate(connection, now: now)
            }
        }
    }

    private func migrate(_ connection: Connection, now: Timestamp) throws -> [Int32] {
        try connection.executeScript(
            """
            SET client_min_messages = warning;
            CREATE TABLE IF NOT EXISTS schema_migrations (
                number     integer     NOT NULL,
                name       text        NOT NULL,
                sha256     bytea       NOT NULL,
                applied_at timestamptz NOT NULL,
                CONSTRAINT schema_migrations_pkey PRIMARY KEY (number)
            );
            COMMENT ON TABLE schema_migrations IS 'One row per migration that was applied.';
            COMMENT ON COLUMN schema_migrations.number IS 'The migration''s number.';
            COMMENT ON COLUMN schema_migrations.name IS 'The migration''s name.';
            COMMENT ON COLUMN schema_migrations.sha256 IS 'SHA-256 of its text as applied.';
            COMMENT ON COLUMN schema_migrations.applied_at IS 'When it was applied.';
            RESET client_min_messages;
            """
        )
        let applied = try appliedMigrations(connection)
        try checkHistory(applied)
        var numbers: [Int32] = []
        for migration in migrations where applied[migration.number] == nil {
            try connection.transaction(.readWrite) { connection in
                try connection.executeScript(String(decoding: migration.sql, as: UTF8.self))
                _ = try connection.execute(
                    """
                    INSERT INTO schema_migrations (number, name, sha256, applied_at)
                    VALUES (
                        \(migration.number), \(migration.name), \(SHA256.digest(of: migration.sql).bytes), \(now.sql)
                    )
                    """
                )
            }
            numbers.append(migration.number)
        }
        return numbers
    }

    private func appliedMigrations(_ connection: Connection) throws -> [Int32: SHA256Digest] {
        var applied: [Int32: SHA256Digest] = [:]
        let result = try connection.execute("SELECT number, sha256 FROM schema_migrations")
        for row in result.rows { applied[try row.int32(0)] = try row.digest(1) }
        return applied
    }

    private func checkHistory(_ applied: [Int32: SHA256Digest]) throws {
        let known = Dictionary(uniqueKeysWithValues: migrations.map { ($0.number, $0) })
        for (number, digest) in applied.sorted(by: { $0.key < $1.key }) {
            guard let migration = known[number] else {
                throw StoreError.schema(
                    "the database is at schema \(number), newer than this program's \(migrations.last?.number ?? 0); "
                        + "start the tributary-hub that migrated it, or a newer one"
                )
            }
            guard SHA256.digest(of: migration.sql) == digest else {
                throw StoreError.schema(
                    "migration \(number) (\(migration.name)) was applied to this database in another wording than this "
                        + "program has; start the tributary-hub that applied it, or restore a backup"
                )
            }
        }
    }
}
