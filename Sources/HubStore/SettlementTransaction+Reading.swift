import Digest
import Federation
import Postgres

/// Every key is looked up by itself (LATERAL with LIMIT or OFFSET is a fence to the planner): the tables grow faster than
/// their statistics, and a plan made for yesterday's size would read all of them for every batch.
extension SettlementTransaction {
    /// What the hub holds of `keys`.
    func storedContributions(of keys: Set<ContributionKey>) throws -> [ContributionKey: BatchSettlement.Stored] {
        let result = try connection.execute(
            """
            SELECT c.pattern_id, c.node, c.incarnation, c.revision, c.checksum, c.vector_digest,
                CASE WHEN NOT c.is_withheld THEN c.value END, c.is_erased, c.peak_value
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
            stored[key] = BatchSettlement.Stored(
                version: try row.version(from: 2),
                value: try row.optionalDouble(6),
                peakValue: try row.optionalDouble(8),
                isErased: try row.bool(7)
            )
        }
        return stored
    }

    /// The winners that stand for `ids`, where there are any; composed ones with their contents only if asked for, because
    /// their checksums tell them apart.
    func standingWinners(
        of ids: [PatternID],
        withContents: Bool = false
    ) throws -> [PatternID: BatchSettlement.Standing] {
        let result = try connection.execute(
            """
            SELECT w.pattern_id, w.contributors, w.policy_revision, w.state, w.node, w.incarnation, w.revision,
                w.checksum, w.vector_digest, w.value, w.updated_at, w.payload IS NOT NULL,
                CASE WHEN \(withContents) THEN w.payload END, w.parents
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
            standing[id] = BatchSettlement.Standing(
                winner: try row.winner(id, from: 3, contributors: try row.int32(1)),
                policyRevision: try row.int64(2)
            )
        }
        return standing
    }

    /// All contributions to `ids` that can win under `policy`.
    func candidates(for ids: [PatternID], under policy: CollectionPolicy) throws -> [PatternID: [Candidate]] {
        let readsContents = policy.strategy.readsContents
        let result = try connection.execute(
            """
            SELECT c.pattern_id, c.node, c.incarnation, c.revision, c.checksum, c.vector_digest, c.value, c.updated_at,
                CASE WHEN \(readsContents) THEN c.payload END
            FROM unnest(\(ids.map(\.sql))) AS k (pattern_id)
            CROSS JOIN LATERAL (
                SELECT * FROM contributions
                WHERE collection = \(collection.text) AND pattern_id = k.pattern_id AND value >= \(policy.threshold)
                    AND NOT is_withheld
                OFFSET 0
            ) AS c
            """
        )
        var candidates: [PatternID: [Candidate]] = [:]
        candidates.reserveCapacity(ids.count)
        for row in result.rows {
            var candidate = try row.candidate(from: 1)
            if readsContents { candidate.payload = try row.optionalText(8)?.utf8 }
            candidates[try row.patternID(0), default: []].append(candidate)
        }
        return candidates
    }
}

extension Row {
    /// What a winner was merged from; none where the column is NULL.
    func parents(_ column: Int) throws -> [ContributionReference] {
        guard let parents = ParentList(bytes: try optionalBytes(column) ?? []).references else {
            throw StoreError.corrupt("a winner's parents")
        }
        return parents
    }

    /// Origin, version, value and updated at, in seven columns from `column` on.
    func candidate(from column: Int) throws -> Candidate {
        Candidate(
            origin: try node(column),
            version: try version(from: column + 1),
            value: try double(column + 5),
            updatedAt: try time(column + 6)
        )
    }

    /// State, the seven columns of a candidate, whether it is composed, the composed payload and parents, from `column` on.
    func winner(_ id: PatternID, from column: Int, contributors: Int32) throws -> Winner {
        guard let state = Winner.State(rawValue: try string(column)) else {
            throw StoreError.corrupt("a winner's state")
        }
        var winner = Winner(
            id: id,
            candidate: try isNull(column + 1) ? nil : candidate(from: column + 1),
            contributors: contributors
        )
        winner.state = state
        if try bool(column + 8) {
            winner.composition = Composition(
                payload: try optionalText(column + 9)?.utf8 ?? [],
                parents: ParentList(bytes: try optionalBytes(column + 10) ?? [])
            )
        }
        return winner
    }
}
