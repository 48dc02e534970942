import Digest
package import Federation
import Postgres

/// A node as it is enrolled.
package struct EnrolledNode: Sendable, Equatable {
    package var name: NodeName
    package var role: NodeRole
    /// What it may do beyond its role.
    package var scopes: Set<NodeScope>
    package var incarnation: Int32
    package var enrolledAt: Timestamp
    package var revokedAt: Timestamp?
    package var lastSeenAt: Timestamp?
    /// Of a node of role hub: which hub it said it is, a UUID; `nil` while it said nothing.
    package var hubID: String?
    /// Contributions of this node that the hub holds, where they were counted.
    package var contributions: Int64?

    package init(
        name: NodeName,
        role: NodeRole,
        scopes: Set<NodeScope> = [],
        incarnation: Int32,
        enrolledAt: Timestamp,
        revokedAt: Timestamp? = nil,
        lastSeenAt: Timestamp? = nil,
        hubID: String? = nil
    ) {
        self.name = name
        self.role = role
        self.scopes = scopes
        self.incarnation = incarnation
        self.enrolledAt = enrolledAt
        self.revokedAt = revokedAt
        self.lastSeenAt = lastSeenAt
        self.hubID = hubID
    }
}

extension Store {
    /// Another hub may claim any incarnation, and the next one must still be a number.
    private static let lastIncarnation = Int32.max

    /// Enrols `name`, or enrols it anew after it was revoked; throws ``StoreError/nodeExists(_:)`` while it is enrolled.
    ///
    /// Its incarnation is greater than any that this hub has heard of under that name, also by way of other hubs: what a
    /// node that moved here says from now on is newer than what it said where it was before.
    ///
    /// With `incarnation` it is enrolled under just that, as the same machine is at another hub: what it says at either is
    /// then ordered by its own numbers. Throws ``StoreError/invalid(_:)`` where that would be lower than what was heard.
    package func enrol(
        _ name: NodeName,
        role: NodeRole,
        scopes: Set<NodeScope> = [],
        incarnation: Int32? = nil,
        token: NodeToken,
        now: Timestamp
    ) async throws -> EnrolledNode {
        try await pool.write { connection in
            if let incarnation { try Store.check(incarnation, of: name, connection) }
            return try Store.enrol(
                name,
                role: role,
                scopes: scopes,
                incarnation: incarnation,
                credential: token.credential,
                now: now,
                connection
            )
        }
    }

    /// Enrols `name` within a transaction; see ``enrol(_:role:scopes:incarnation:token:now:)``.
    static func enrol(
        _ name: NodeName,
        role: NodeRole,
        scopes: Set<NodeScope> = [],
        incarnation: Int32? = nil,
        credential: NodeCredential,
        now: Timestamp,
        _ connection: Connection
    ) throws -> EnrolledNode {
        let result = try connection.execute(
            """
            INSERT INTO nodes (node, role, scopes, incarnation, token_id, token_hash, created_at, enrolled_at)
            SELECT \(name.text), \(role.rawValue), \(scopes.map(\.rawValue).sorted()),
                coalesce(
                    \(optional: incarnation)::integer,
                    least(coalesce(max(incarnation), 0), \(Store.lastIncarnation) - 1) + 1
                ),
                \(credential.id), \(credential.hash.bytes), \(now.sql), \(now.sql)
            FROM relayed_origins WHERE origin = \(name.text)
            ON CONFLICT (node) DO UPDATE SET role = excluded.role, scopes = excluded.scopes,
                incarnation = coalesce(\(optional: incarnation)::integer, greatest(
                    least(nodes.incarnation, \(Store.lastIncarnation) - 1) + 1, excluded.incarnation
                )),
                hub_id = NULL, token_id = excluded.token_id, token_hash = excluded.token_hash,
                enrolled_at = excluded.enrolled_at, revoked_at = NULL
            WHERE nodes.revoked_at IS NOT NULL
            RETURNING node, role, incarnation, enrolled_at, revoked_at, last_seen_at, scopes, hub_id
            """
        )
        guard let row = result.first else { throw StoreError.nodeExists(name) }
        return try row.enrolledNode()
    }

    /// Throws ``StoreError/invalid(_:)`` where `name` cannot be enrolled under `incarnation`: what it says would lose to
    /// what it said before, or count as what somebody said whose token was revoked.
    private static func check(_ incarnation: Int32, of name: NodeName, _ connection: Connection) throws {
        let heard = try connection.execute(
            """
            SELECT (SELECT max(incarnation) FROM relayed_origins WHERE origin = \(name.text)),
                (SELECT incarnation FROM nodes WHERE node = \(name.text) AND revoked_at IS NOT NULL),
                (SELECT max(incarnation) FROM revocations WHERE node = \(name.text))
            """
        )
        guard let row = heard.first else { return }
        let relayed = try row.optionalInt32(0) ?? 1
        let revoked = max(try row.optionalInt32(1) ?? 0, try row.optionalInt32(2) ?? 0)
        let least = max(relayed, revoked + 1)
        guard incarnation < least else { return }
        throw StoreError.invalid(
            "'\(name)' cannot be enrolled under incarnation \(incarnation), as this hub has heard of it under"
                + " \(max(relayed, revoked))\(revoked >= relayed ? ", which was revoked" : ""): give --incarnation \(least)"
                + " or more, and enrol it under the same at its other hubs"
        )
    }

    /// Revokes `name`; its token stops working with the next request.
    ///
    /// Throws ``StoreError/nodeUnknown(_:)``.
    ///
    /// Returns whether it was enrolled until now.
    package func revoke(_ name: NodeName, now: Timestamp) async throws -> Bool {
        try await pool.write { connection in
            let revoked = try connection.execute(
                "UPDATE nodes SET revoked_at = \(now.sql) WHERE node = \(name.text) AND revoked_at IS NULL"
            )
            if revoked.affectedRows > 0 { return true }
            let known = try connection.execute("SELECT 1 FROM nodes WHERE node = \(name.text)")
            guard known.rowCount > 0 else { throw StoreError.nodeUnknown(name) }
            return false
        }
    }

    /// Throws ``StoreError/nodeRevoked(_:)`` where `node` is not enrolled any more as it was when it authenticated.
    static func requireEnrolled(_ node: EnrolledNode, _ connection: Connection) throws {
        let enrolled = try connection.execute(
            """
            SELECT 1 FROM nodes
            WHERE node = \(node.name.text) AND incarnation = \(node.incarnation) AND revoked_at IS NULL
            """
        )
        guard enrolled.rowCount > 0 else { throw StoreError.nodeRevoked(node.name) }
    }

    /// All nodes by name, with their contributions counted.
    package func nodes() async throws -> [EnrolledNode] {
        try await pool.read { connection in
            let result = try connection.execute(
                """
                SELECT n.node, n.role, n.incarnation, n.enrolled_at, n.revoked_at, n.last_seen_at, n.scopes,
                    n.hub_id, (SELECT count(*) FROM contributions AS c WHERE c.node = n.node)
                FROM nodes AS n ORDER BY n.node
                """
            )
            return try result.rows.map { row in
                var node = try row.enrolledNode()
                node.contributions = try row.int64(8)
                return node
            }
        }
    }

    /// The node of this name, revoked or not; `nil` where there is none.
    package func node(named name: NodeName) async throws -> EnrolledNode? {
        try await pool.withConnection { connection in
            try connection.execute(
                """
                SELECT node, role, incarnation, enrolled_at, revoked_at, last_seen_at, scopes, hub_id
                FROM nodes WHERE node = \(name.text)
                """
            ).first?.enrolledNode()
        }
    }

    /// Whether any node could authenticate.
    package func hasEnrolledNodes() async throws -> Bool {
        try await pool.withConnection { connection in
            try connection.execute("SELECT 1 FROM nodes WHERE revoked_at IS NULL LIMIT 1").rowCount > 0
        }
    }

    /// The node that `token` belongs to, revoked or not; `nil` where it belongs to none.
    package func node(presenting token: NodeToken) async throws -> EnrolledNode? {
        try await pool.withConnection { connection in
            let result = try connection.execute(
                """
                SELECT node, role, incarnation, enrolled_at, revoked_at, last_seen_at, scopes, hub_id,
                    token_hash
                FROM nodes WHERE token_id = \(token.id)
                """
            )
            guard let row = result.first, ConstantTime.equal(try row.bytes(8), token.hash.bytes) else { return nil }
            return try row.enrolledNode()
        }
    }

    /// Notes that node `name`, of role hub, is the hub with this UUID.
    package func noteHub(_ hub: [UInt8], of name: NodeName) async throws {
        try await pool.withConnection { connection in
            _ = try connection.execute(
                "UPDATE nodes SET hub_id = \(PostgresUUID(bytes: hub)) WHERE node = \(name.text) AND role = 'hub'"
            )
        }
    }

    /// Whether a node of role hub is enrolled as `name` that said it is another hub than `hub`, a UUID.
    package func isEnrolled(_ name: NodeName, asOtherHubThan hub: String) async throws -> Bool {
        try await pool.withConnection { connection in
            try connection.execute(
                """
                SELECT EXISTS (
                    SELECT FROM nodes WHERE node = \(name.text) AND role = 'hub' AND revoked_at IS NULL
                        AND hub_id::text <> \(hub)
                )
                """
            ).first?.bool(0) ?? false
        }
    }

    /// Notes that `name` made a request.
    package func noteSeen(_ name: NodeName, now: Timestamp) async throws {
        try await pool.withConnection { connection in
            _ = try connection.execute("UPDATE nodes SET last_seen_at = \(now.sql) WHERE node = \(name.text)")
        }
    }
}

extension Row {
    func enrolledNode() throws -> EnrolledNode {
        guard let role = NodeRole(rawValue: try string(1)) else { throw StoreError.corrupt("a node's role") }
        return EnrolledNode(
            name: try node(0),
            role: role,
            scopes: Set(try textArray(6).compactMap(NodeScope.init)),
            incarnation: try int32(2),
            enrolledAt: try time(3),
            revokedAt: try optionalTimestamp(4).map(Timestamp.init(microseconds:)),
            lastSeenAt: try optionalTimestamp(5).map(Timestamp.init(microseconds:)),
            hubID: try isNull(7) ? nil : UUIDText.format(uuid(7).bytes)
        )
    }
}
