import Digest
package import Federation
import Postgres

/// A node as it is enrolled.
package struct EnrolledNode: Sendable, Equatable {
    package var name: NodeName
    package var role: NodeRole
    package var incarnation: Int32
    package var enrolledAt: Timestamp
    package var revokedAt: Timestamp?
    package var lastSeenAt: Timestamp?
    /// Contributions of this node that the hub holds, where they were counted.
    package var contributions: Int64?

    package init(
        name: NodeName,
        role: NodeRole,
        incarnation: Int32,
        enrolledAt: Timestamp,
        revokedAt: Timestamp? = nil,
        lastSeenAt: Timestamp? = nil
    ) {
        self.name = name
        self.role = role
        self.incarnation = incarnation
        self.enrolledAt = enrolledAt
        self.revokedAt = revokedAt
        self.lastSeenAt = lastSeenAt
    }
}

extension Store {
    /// Enrols `name`, or enrols it anew after it was revoked, under the next incarnation; throws
    /// ``StoreError/nodeExists(_:)`` while it is enrolled.
    package func enrol(
        _ name: NodeName,
        role: NodeRole,
        token: NodeToken,
        now: Timestamp
    ) async throws -> EnrolledNode {
        try await pool.write { connection in
            let result = try connection.execute(
                """
                INSERT INTO nodes (node, role, incarnation, token_id, token_hash, created_at, enrolled_at)
                VALUES (
                    \(name.text), \(role.rawValue), 1, \(token.id), \(token.hash.bytes), \(now.sql), \(now.sql)
                )
                ON CONFLICT (node) DO UPDATE SET role = excluded.role, incarnation = nodes.incarnation + 1,
                    token_id = excluded.token_id, token_hash = excluded.token_hash,
                    enrolled_at = excluded.enrolled_at, revoked_at = NULL
                WHERE nodes.revoked_at IS NOT NULL
                RETURNING node, role, incarnation, enrolled_at, revoked_at, last_seen_at
                """
            )
            guard let row = result.first else { throw StoreError.nodeExists(name) }
            return try row.enrolledNode()
        }
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

    /// All nodes by name, with their contributions counted.
    package func nodes() async throws -> [EnrolledNode] {
        try await pool.read { connection in
            let result = try connection.execute(
                """
                SELECT n.node, n.role, n.incarnation, n.enrolled_at, n.revoked_at, n.last_seen_at,
                    (SELECT count(*) FROM contributions AS c WHERE c.node = n.node)
                FROM nodes AS n ORDER BY n.node
                """
            )
            return try result.rows.map { row in
                var node = try row.enrolledNode()
                node.contributions = try row.int64(6)
                return node
            }
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
                SELECT node, role, incarnation, enrolled_at, revoked_at, last_seen_at, token_hash
                FROM nodes WHERE token_id = \(token.id)
                """
            )
            guard let row = result.first, ConstantTime.equal(try row.bytes(6), token.hash.bytes) else { return nil }
            return try row.enrolledNode()
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
    fileprivate func enrolledNode() throws -> EnrolledNode {
        guard let role = NodeRole(rawValue: try string(1)) else { throw StoreError.corrupt("a node's role") }
        return EnrolledNode(
            name: try node(0),
            role: role,
            incarnation: try int32(2),
            enrolledAt: try time(3),
            revokedAt: try optionalTimestamp(4).map(Timestamp.init(microseconds:)),
            lastSeenAt: try optionalTimestamp(5).map(Timestamp.init(microseconds:))
        )
    }
}
