package import Federation
import Postgres

extension Store {
    /// Says which hub this database is and which of its histories, making up whatever is missing: the hub's own name
    /// the first time, and a new epoch when PostgreSQL's cluster, timeline or database is not that of the last start,
    /// as after restoring or promoting a copy.
    ///
    /// `newIdentity` makes random 16-byte UUIDs.
    package func identity(now: Timestamp, newIdentity: @Sendable () -> [UInt8]) async throws -> HubIdentity {
        try await pool.write { connection in
            _ = try connection.execute(
                """
                INSERT INTO hub (hub_id, epoch, system_identifier, timeline, database_oid, created_at, epoch_since)
                SELECT \(PostgresUUID(bytes: newIdentity())), \(PostgresUUID(bytes: newIdentity())),
                    (pg_control_system()).system_identifier, (pg_control_checkpoint()).timeline_id,
                    (SELECT oid::bigint FROM pg_database WHERE datname = current_database()),
                    \(now.sql), \(now.sql)
                ON CONFLICT (singleton) DO NOTHING
                """
            )
            _ = try connection.execute(
                """
                UPDATE hub SET epoch = \(PostgresUUID(bytes: newIdentity())), epoch_since = \(now.sql),
                    system_identifier = (pg_control_system()).system_identifier,
                    timeline = (pg_control_checkpoint()).timeline_id,
                    database_oid = (SELECT oid::bigint FROM pg_database WHERE datname = current_database())
                WHERE system_identifier <> (pg_control_system()).system_identifier
                    OR timeline <> (pg_control_checkpoint()).timeline_id
                    OR database_oid <> (SELECT oid::bigint FROM pg_database WHERE datname = current_database())
                """
            )
            return try Store.identity(connection)
        }
    }

    /// Begins a new epoch, as an operator does after bringing back an older copy of the data directory.
    package func beginEpoch(_ epoch: [UInt8], now: Timestamp) async throws -> HubIdentity {
        try await pool.write { connection in
            _ = try connection.execute(
                "UPDATE hub SET epoch = \(PostgresUUID(bytes: epoch)), epoch_since = \(now.sql)"
            )
            return try Store.identity(connection)
        }
    }

    static func identity(_ connection: Connection) throws -> HubIdentity {
        guard let row = try connection.execute("SELECT hub_id, epoch FROM hub").first else {
            throw StoreError.corrupt("table hub is empty")
        }
        return HubIdentity(
            hub: UUIDText.format(try row.uuid(0).bytes),
            epoch: UUIDText.format(try row.uuid(1).bytes)
        )
    }

    static func epoch(_ connection: Connection) throws -> [UInt8] {
        guard let row = try connection.execute("SELECT epoch FROM hub").first else {
            throw StoreError.corrupt("table hub is empty")
        }
        return try row.uuid(0).bytes
    }
}

extension Store {
    /// Which hub this is and which of its histories.
    package func currentIdentity() async throws -> HubIdentity {
        try await pool.withConnection { try Store.identity($0) }
    }
}
