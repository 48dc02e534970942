import Federation
import Postgres

extension SettlementTransaction {
    /// What the hub holds of the keys that `contributions` touch.
    func storedContributions(of contributions: [Contribution]) throws -> [ContributionKey: BatchSettlement.Stored] {
        let origins = Set(contributions.map(\.origin))
        let result = try connection.execute(
            """
            SELECT pattern_id, node, incarnation, revision, checksum, vector_digest, value FROM contributions
            WHERE collection = \(collection.text) AND pattern_id = ANY(\(contributions.map(\.id.sql)))
                AND node = ANY(\(origins.map(\.text)))
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
            SELECT pattern_id, contributors, policy_revision, node, incarnation, revision, checksum, vector_digest,
                value, updated_at
            FROM winners WHERE collection = \(collection.text) AND pattern_id = ANY(\(ids.map(\.sql)))
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
            SELECT pattern_id, node, incarnation, revision, checksum, vector_digest, value, updated_at
            FROM contributions
            WHERE collection = \(collection.text) AND pattern_id = ANY(\(ids.map(\.sql)))
                AND value >= \(policy.threshold)
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
