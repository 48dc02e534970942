import Digest
package import Federation
import Postgres

/// What leaving out a node's statements did, or would do.
package struct LeavingOut: Sendable {
    /// Contributions that were left out.
    package var leftOut: Int64 = 0
    /// Those of them in whose place an older statement stands again.
    package var reinstated: Int64 = 0
    package var changes: [(collection: CollectionName, change: DecisionChange)] = []
}

extension Store {
    /// Keys looked at in one transaction.
    private static let leavingOutStep: Int64 = 500

    /// Revokes `name` and leaves out what it said, so that winners are as if it had never spoken; of what it said, only
    /// statements received from `since` on, where that is given: what stood before stands again.
    ///
    /// With `isDryRun` each step is taken and rolled back. A node that is enrolled elsewhere, of which this hub heard
    /// through others, can be left out too. Throws ``StoreError/nodeUnknown(_:)``.
    package func revokeLeavingOut(
        _ name: NodeName,
        since: Timestamp?,
        isDryRun: Bool,
        now: @Sendable () -> Timestamp,
        progress: (Int64) -> Void = { _ in }
    ) async throws -> LeavingOut {
        let time = now()
        let incarnation = try await incarnation(of: name)
        if !isDryRun {
            try await noteEnrolledElsewhere(name, incarnation: incarnation, now: time)
            _ = try await revoke(name, now: time)
            try await record(Revocation(node: name, incarnation: incarnation, since: since, revokedAt: time))
        }
        let revocation = Revocation(node: name, incarnation: incarnation, since: since, revokedAt: time)
        return try await apply(revocation, isDryRun: isDryRun, now: now, progress: progress)
    }

    /// Finishes what an interrupted revocation left undone.
    package func applyUnappliedRevocations(now: @Sendable () -> Timestamp) async throws {
        let revocations = try await pool.withConnection { connection in
            try connection.execute(
                "SELECT node, incarnation, since, revoked_at FROM revocations WHERE NOT is_applied ORDER BY revoked_at"
            ).rows.map { row in
                Revocation(
                    node: try row.node(0),
                    incarnation: try row.int32(1),
                    since: try row.optionalTimestamp(2).map(Timestamp.init(microseconds:)),
                    revokedAt: try row.time(3)
                )
            }
        }
        for revocation in revocations {
            _ = try await apply(revocation, isDryRun: false, now: now, progress: { _ in })
        }
    }

    private func incarnation(of name: NodeName) async throws -> Int32 {
        try await pool.withConnection { connection in
            let result = try connection.execute(
                """
                SELECT max(incarnation) FROM (
                    SELECT incarnation FROM nodes WHERE node = \(name.text)
                    UNION ALL SELECT incarnation FROM relayed_origins WHERE origin = \(name.text)
                ) AS heard
                """
            )
            guard let incarnation = try result.first?.optionalInt32(0) else { throw StoreError.nodeUnknown(name) }
            return incarnation
        }
    }

    /// Gives a node that is enrolled elsewhere a row of its own, with which nobody can authenticate.
    private func noteEnrolledElsewhere(_ name: NodeName, incarnation: Int32, now: Timestamp) async throws {
        try await pool.write { connection in
            _ = try connection.execute(
                """
                INSERT INTO nodes (node, role, incarnation, token_id, token_hash, created_at, enrolled_at, revoked_at)
                VALUES (
                    \(name.text), 'spoke', \(incarnation), \("elsewhere:" + name.text),
                    \([UInt8](repeating: 0, count: 32)), \(now.sql), \(now.sql), \(now.sql)
                )
                ON CONFLICT (node) DO NOTHING
                """
            )
        }
    }

    /// Origins whose statements are left out, with the last incarnation concerned.
    static func leftOutOrigins(_ connection: Connection) throws -> [NodeName: Int32] {
        try connection.execute("SELECT node, max(incarnation) FROM revocations GROUP BY node").rows
            .reduce(into: [:]) { found, row in found[try row.node(0)] = try row.int32(1) }
    }

    private func record(_ revocation: Revocation) async throws {
        try await pool.write { connection in
            _ = try connection.execute(
                """
                INSERT INTO revocations (node, incarnation, since, revoked_at, is_applied)
                VALUES (
                    \(revocation.node.text), \(revocation.incarnation), \(optional: revocation.since?.sql),
                    \(revocation.revokedAt.sql), false
                )
                """
            )
        }
    }

    private func apply(
        _ revocation: Revocation,
        isDryRun: Bool,
        now: @Sendable () -> Timestamp,
        progress: (Int64) -> Void
    ) async throws -> LeavingOut {
        var total = LeavingOut()
        for collection in try await collections().map(\.policy.collection) {
            var position: PatternID?
            repeat {
                let step = try await leaveOut(
                    revocation,
                    from: collection,
                    after: position,
                    isDryRun: isDryRun,
                    now: now()
                )
                position = step.last
                total.leftOut += step.leftOut
                total.reinstated += step.reinstated
                total.changes += step.changes.map { (collection, $0) }
                progress(total.leftOut)
            } while position != nil
        }
        guard !isDryRun else { return total }
        try await pool.write { connection in
            _ = try connection.execute(
                """
                UPDATE revocations SET is_applied = true
                WHERE node = \(revocation.node.text) AND revoked_at = \(revocation.revokedAt.sql)
                """
            )
        }
        return total
    }

    private func leaveOut(
        _ revocation: Revocation,
        from collection: CollectionName,
        after id: PatternID?,
        isDryRun: Bool,
        now: Timestamp
    ) async throws -> RevocationStep {
        do {
            return try await pool.write { connection in
                var transaction = try RulingTransaction(connection: connection, collection: collection, now: now)
                let step = try transaction.leaveOut(revocation, after: id, limit: Store.leavingOutStep)
                try transaction.save()
                guard !isDryRun else { throw RehearsedStep(step: step) }
                return step
            }
        } catch let rehearsed as RehearsedStep {
            return rehearsed.step
        }
    }
}

/// A node whose statements are left out.
struct Revocation: Sendable {
    var node: NodeName
    /// What later enrolments say is not left out.
    var incarnation: Int32
    var since: Timestamp?
    var revokedAt: Timestamp
}

/// What one transaction of leaving out did.
struct RevocationStep: Sendable {
    /// Where to go on; `nil` when there is no more.
    var last: PatternID?
    var leftOut: Int64 = 0
    var reinstated: Int64 = 0
    var changes: [DecisionChange] = []
}

/// Rolls a rehearsal back, and carries what it came to.
private struct RehearsedStep: Error {
    var step: RevocationStep
}
