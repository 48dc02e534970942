import Digest
package import Federation
import Postgres

extension Store {
    /// Keeps a join token that enrols `node`, or any name where there is none, until it expires.
    package func add(
        _ token: JoinToken,
        for node: NodeName?,
        role: NodeRole,
        expiresAt: Timestamp,
        now: Timestamp
    ) async throws {
        try await pool.write { connection in
            _ = try connection.execute(
                """
                INSERT INTO join_tokens (token_id, token_hash, node, role, created_at, expires_at)
                VALUES (\(token.credential.id), \(token.credential.hash.bytes), \(node?.text), \(role.rawValue),
                    \(now.sql), \(expiresAt.sql))
                """
            )
        }
    }

    /// All join tokens that were not removed yet, the latest first.
    package func joinTokens() async throws -> [JoinTokenRecord] {
        try await pool.read { connection in
            try connection.execute(
                """
                SELECT token_id, node, role, created_at, expires_at, withdrawn_at, used_at, used_by
                FROM join_tokens ORDER BY created_at DESC, token_id
                """
            ).rows.map { try $0.joinToken() }
        }
    }

    /// Makes a join token worth nothing; returns whether it was worth something until now.
    ///
    /// Throws ``StoreError/notFound(_:)``.
    package func withdrawJoinToken(_ id: String, now: Timestamp) async throws -> Bool {
        try await pool.write { connection in
            let withdrawn = try connection.execute(
                """
                UPDATE join_tokens SET withdrawn_at = \(now.sql)
                WHERE token_id = \(id) AND withdrawn_at IS NULL AND used_at IS NULL AND expires_at > \(now.sql)
                """
            )
            if withdrawn.affectedRows > 0 { return true }
            let known = try connection.execute("SELECT 1 FROM join_tokens WHERE token_id = \(id)")
            guard known.rowCount > 0 else {
                throw StoreError.notFound("there is no join token \(id); `tributary-hub join-token list` shows them")
            }
            return false
        }
    }

    /// Enrols `name` with a token of its own, as whoever presents `joinToken` asks; the join token is then used up.
    ///
    /// The same request again, whose answer may have been lost, finds the node enrolled as it was. Throws
    /// ``StoreError/joinTokenUnknown``, ``StoreError/joinTokenSpent(_:)`` and ``StoreError/nodeExists(_:)``.
    package func enrol(
        _ name: NodeName,
        presenting joinToken: JoinToken,
        credential: NodeCredential,
        now: Timestamp
    ) async throws -> (node: EnrolledNode, isNew: Bool) {
        try await pool.write { connection in
            let found = try connection.execute(
                """
                SELECT token_id, node, role, created_at, expires_at, withdrawn_at, used_at, used_by, token_hash,
                    used_token_id
                FROM join_tokens WHERE token_id = \(joinToken.credential.id) FOR UPDATE
                """
            )
            guard let row = found.first, ConstantTime.equal(try row.bytes(8), joinToken.credential.hash.bytes) else {
                throw StoreError.joinTokenUnknown
            }
            let record = try row.joinToken()
            if record.usedBy == name, try row.optionalString(9) == credential.id,
                let node = try Store.enrolled(name, with: credential, connection)
            {
                return (node, false)
            }
            try Store.require(record, at: now, for: name)
            let node = try Store.enrol(name, role: record.role, credential: credential, now: now, connection)
            _ = try connection.execute(
                """
                UPDATE join_tokens SET used_at = \(now.sql), used_by = \(name.text), used_token_id = \(credential.id)
                WHERE token_id = \(record.id)
                """
            )
            return (node, true)
        }
    }

    private static func require(_ record: JoinTokenRecord, at now: Timestamp, for name: NodeName) throws {
        switch record.state(at: now) {
        case .open: break
        case .used:
            throw StoreError.joinTokenSpent(
                "this join token was used at \(record.usedAt.map(\.description) ?? "some time") by node"
                    + " '\(record.usedBy?.text ?? "")'; ask the hub's operator for another"
            )
        case .expired:
            throw StoreError.joinTokenSpent(
                "this join token expired at \(record.expiresAt); ask the hub's operator for another"
            )
        case .withdrawn:
            throw StoreError.joinTokenSpent("this join token was withdrawn; ask the hub's operator for another")
        }
        guard let only = record.node, only != name else { return }
        throw StoreError.joinTokenForAnother(
            "this join token is for node '\(only)', not for '\(name)'; give that name, or ask the hub's operator for another"
        )
    }

    /// The node `name` where it is enrolled with just this credential.
    private static func enrolled(
        _ name: NodeName,
        with credential: NodeCredential,
        _ connection: Connection
    ) throws -> EnrolledNode? {
        try connection.execute(
            """
            SELECT node, role, incarnation, enrolled_at, revoked_at, last_seen_at, scopes, hub_id
            FROM nodes
            WHERE node = \(name.text) AND token_id = \(credential.id) AND token_hash = \(credential.hash.bytes)
                AND revoked_at IS NULL
            """
        ).first?.enrolledNode()
    }
}

extension Row {
    fileprivate func joinToken() throws -> JoinTokenRecord {
        guard let role = NodeRole(rawValue: try string(2)) else { throw StoreError.corrupt("a join token's role") }
        return JoinTokenRecord(
            id: try string(0),
            node: try optionalString(1).flatMap(NodeName.init),
            role: role,
            createdAt: try time(3),
            expiresAt: try time(4),
            withdrawnAt: try optionalTimestamp(5).map(Timestamp.init(microseconds:)),
            usedAt: try optionalTimestamp(6).map(Timestamp.init(microseconds:)),
            usedBy: try optionalString(7).flatMap(NodeName.init)
        )
    }
}
