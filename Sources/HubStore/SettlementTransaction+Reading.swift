import Federation
import Postgres

/// Every key is looked up by itself (LATERAL with LIMIT or OFFSET is a fence to the planner): the tables grow faster than
/// their statistics, and a plan made for yesterday's size would read all of them for every batch.
extension SettlementTransaction {
    /// What the hub holds of the keys that `contributions` touch.
    func storedContributions(of contributions: [Contribution]) throws -> [ContributionKey: BatchSettlement.Stored] {
        let keys = Set(contributions.map { ContributionKey(id: $0.id, origin: $0.origin) })
        let result = try connection.execute(
            """
            SELECT c.pattern_id, c.node, c.incarnation, c.revision, c.checksum, c.vector_digest, c.value
            FROM unnest(\(keys.map(\.id.sql)), \(keys.map(\.origin.text))) AS k (pattern_id, node)
            CROSS JOIN LATERAL (
                SELECT * FROM contributions
                WHERE collection = \(collection.text) AND pattern_id = k.pattern_id AND node = k.node LIMIT 1
            ) AS c
            """
        )
        var stored: [ContributionKey: BatchSettlement.Stored] = [:]
        stored.reserveCapacity(result.rowCount)
        for row in result.rows {
            let key = ContributionKey(id: try row.patternID(0), origin: try row.node(1))
            stored[key] = BatchSettlement.Stored(version: try row.version(from: 2), value: try row.optionalDouble(6))
        }
        return stored
    }

    /// The winners that stand for `ids`, where there are any.
    func standingWinners(of ids: [PatternID]) throws -> [PatternID: BatchSettlement.Standing] {
        let result = try connection.execute(
            """
            SELECT w.pattern_id, w.contributors, w.policy_revision, w.node, w.incarnation, w.revision, w.checksum,
                w.vector_digest, w.value, w.updated_at
            FROM unnest(\(Set(ids).map(\.sql))) AS k (pattern_id)
            CROSS JOIN LATERAL (
                SELECT * FROM winners WHERE collection = \(collection.text) AND pattern_id = k.pattern_id LIMIT 1
            ) AS w
            """
        )
        var standing: [PatternID: BatchSettlement.Standing] = [:]
        standing.reserveCapacity(result.rowCount)
        for row in result.rows {
            let id = try row.patternID(0)
            let candidate = try row.isNull(3) ? nil : row.candidate(from: 3)
            let winner = Winner(id: id, candidate: candidate, contributors: try row.int32(1))
            standing[id] = BatchSettlement.Standing(winner: winner, policyRevision: try row.int64(2))
        }
        return standing
    }

    /// All contributions to `ids` that can win under `policy`.
    func candidates(for ids: [PatternID], under policy: CollectionPolicy) throws -> [PatternID: [Candidate]] {
        let result = try connection.execute(
            """
            SELECT c.pattern_id, c.node, c.incarnation, c.revision, c.checksum, c.vector_digest, c.value, c.updated_at
            FROM unnest(\(ids.map(\.sql))) AS k (pattern_id)
            CROSS JOIN LATERAL (
                SELECT * FROM contributions
                WHERE collection = \(collection.text) AND pattern_id = k.pattern_id AND value >= \(policy.threshold)
                OFFSET 0
            ) AS c
            """
        )
        var candidates: [PatternID: [Candidate]] = [:]
        for row in result.rows {
            candidates[try row.patternID(0), default: []].append(try row.candidate(from: 1))
        }
        return candidates
    }
}

extension Row {
    /// Origin, version, value and updated at, in seven columns from `column` on.
    func candidate(from column: Int) throws -> Candidate {
        Candidate(
            origin: try node(column),
            version: try version(from: column + 1),
            value: try double(column + 5),
            updatedAt: try time(column + 6)
        )
    }
}
