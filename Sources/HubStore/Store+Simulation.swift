import Digest
package import Federation
import Postgres

/// What another policy would do to what is served.
package struct Simulation: Sendable {
    package var from: CollectionPolicy
    package var to: CollectionPolicy
    /// Patterns looked at.
    package var patterns: Int64 = 0
    package var gained: Int64 = 0
    package var lost: Int64 = 0
    package var changed: Int64 = 0
    /// Conflicts that would wait for a person.
    package var conflicts: Int64 = 0
    /// The first changes, by id.
    package var changes: [DecisionChange] = []

    package var unchanged: Int64 { patterns - gained - lost - changed }
}

extension Store {
    /// Patterns looked at in one step.
    private static let simulationStep: Int64 = 500
    /// The same where contents are read.
    private static let mergingStep: Int64 = 50

    /// Decides every pattern of `collection` under another policy, without changing anything; `limit` bounds the changes
    /// that are kept, not those that are counted.
    package func simulate(
        _ collection: CollectionName,
        strategy: ConflictStrategy?,
        threshold: Double?,
        mergeRules: MergeRules?,
        limit: Int,
        progress: (Int64) -> Void = { _ in }
    ) async throws -> Simulation {
        // One snapshot: pushes in between are in all of it or in none.
        let lease = try await pool.lease()
        do {
            var simulation = try await lease.run { connection in
                try connection.begin(.readOnly(isolation: .repeatableRead))
                let policy = try Store.policy(of: collection, connection)
                let other = policy.changed(strategy: strategy, threshold: threshold, mergeRules: mergeRules)
                return Simulation(from: policy, to: other)
            }
            var position: PatternID?
            repeat {
                let (after, before) = (position, simulation)
                (simulation, position) = try await lease.run { connection in
                    try Store.simulate(before, collection, after: after, limit: limit, connection)
                }
                progress(simulation.patterns)
            } while position != nil
            await lease.release()
            return simulation
        } catch {
            await lease.release()
            throw error
        }
    }

    private static func simulate(
        _ before: Simulation,
        _ collection: CollectionName,
        after id: PatternID?,
        limit: Int,
        _ connection: Connection
    ) throws -> (Simulation, PatternID?) {
        var simulation = before
        let step = simulation.to.strategy.readsContents ? mergingStep : simulationStep
        let result = try connection.execute(
            """
            SELECT DISTINCT pattern_id FROM contributions
            WHERE collection = \(collection.text) AND pattern_id > \(id?.sql ?? PostgresText(utf8: []))
            ORDER BY pattern_id LIMIT \(step)
            """
        )
        let ids = try result.rows.map { try $0.patternID(0) }
        let transaction = SettlementTransaction(reading: collection, connection)
        let candidates = try transaction.candidates(for: ids, under: simulation.to)
        let standing = try transaction.standingWinners(of: ids)
        let resolutions = try transaction.standingResolutions(of: ids, FeedHeads.read(collection, connection))
        for id in ids {
            let all = candidates[id] ?? []
            let decision = Decision(
                of: id,
                among: all,
                resolution: resolutions.deciding(id, under: simulation.to, SHA256()),
                under: simulation.to,
                hasher: SHA256()
            )
            simulation.patterns += 1
            if decision.state == .conflict { simulation.conflicts += 1 }
            let winner = Winner(id: id, decision: decision, contributors: Int32(all.count))
            guard let change = DecisionChange(from: standing[id]?.winner, to: winner) else { continue }
            switch change.kind {
            case .gained: simulation.gained += 1
            case .lost: simulation.lost += 1
            case .changed: simulation.changed += 1
            }
            if simulation.changes.count < limit { simulation.changes.append(change) }
        }
        return (simulation, ids.count == Int(step) ? ids.last : nil)
    }
}
