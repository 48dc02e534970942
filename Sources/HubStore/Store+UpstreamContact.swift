import Digest
package import Federation
import Postgres

extension Store {
    /// Characters of an error that are kept.
    private static let keptErrorCharacters = 1_000

    /// Notes that the upstream at `url` answered, as which hub, and under which name in paths.
    ///
    /// Another hub than before at the same URL has both compared.
    package func noteContact(
        with url: String,
        identity: HubIdentity,
        name: NodeName,
        now: Timestamp
    ) async throws {
        let hub = PostgresUUID(bytes: try Store.uuid(identity.hub))
        try await pool.write { connection in
            _ = try connection.execute(
                """
                UPDATE upstreams SET contacted_at = \(now.sql), failures = 0, error = NULL, failed_at = NULL,
                    epoch = CASE WHEN hub_id = \(hub) THEN epoch END, own_epoch = CASE WHEN hub_id = \(hub) THEN own_epoch END,
                    hub_id = \(hub), hub_name = \(name.text)
                WHERE url = \(url)
                """
            )
        }
    }

    /// Notes that the upstream at `url` answered, whatever else fails.
    package func noteAnswer(of url: String, now: Timestamp) async throws {
        try await pool.write { connection in
            _ = try connection.execute(
                """
                UPDATE upstreams SET contacted_at = \(now.sql)
                WHERE url = \(url) AND (contacted_at IS NULL OR contacted_at < \(now.sql))
                """
            )
        }
    }

    /// Notes that an exchange with the upstream at `url` failed; `error` says what happened and what to do, without
    /// secrets.
    package func noteFailure(of url: String, _ error: String, now: Timestamp) async throws {
        let kept = String(error.prefix(Store.keptErrorCharacters))
        try await pool.write { connection in
            _ = try connection.execute(
                """
                UPDATE upstreams SET failures = failures + 1, error = \(kept), failed_at = \(now.sql)
                WHERE url = \(url)
                """
            )
        }
    }

    /// Notes between which histories, of the upstream at `url` and of this hub, agreement was found.
    package func noteAgreement(with url: String, epoch: String, ownEpoch: String) async throws {
        let (epoch, ownEpoch) = (try Store.uuid(epoch), try Store.uuid(ownEpoch))
        try await pool.write { connection in
            _ = try connection.execute(
                """
                UPDATE upstreams SET epoch = \(PostgresUUID(bytes: epoch)), own_epoch = \(PostgresUUID(bytes: ownEpoch))
                WHERE url = \(url)
                """
            )
        }
    }

    /// The bytes of a UUID that another hub sent; throws ``StoreError/invalid(_:)``.
    private static func uuid(_ text: String) throws -> [UInt8] {
        let digits = Array(text.utf8.filter { $0 != UInt8(ascii: "-") })
        guard let bytes = Hex.decode(String(decoding: digits, as: UTF8.self)), bytes.count == 16 else {
            throw StoreError.invalid("a hub named itself or its history by something else than a UUID")
        }
        return bytes
    }
}

extension Store {
    /// The name under which this hub appears in the paths of what it passes on: the one it was given, else its id.
    package func hubName() async throws -> NodeName {
        try await pool.withConnection { try Store.hubName($0) }
    }

    static func hubName(_ connection: Connection) throws -> NodeName {
        guard let row = try connection.execute("SELECT coalesce(name, hub_id::text) FROM hub").first else {
            throw StoreError.corrupt("table hub is empty")
        }
        return try row.node(0)
    }

    /// Gives this hub the name under which it appears from now on in the paths of what it passes on.
    package func setHubName(_ name: NodeName) async throws {
        try await pool.write { connection in
            _ = try connection.execute(
                "UPDATE hub SET name = \(name.text) WHERE name IS DISTINCT FROM \(name.text)"
            )
        }
    }
}
