import Digest
package import Federation
import Postgres

/// A pattern whose contributors disagree, with what was decided.
package struct ContestedPattern: Sendable {
    package var id: PatternID
    package var explanation: Explanation
    /// What an operator decided, where that is why it is served.
    package var resolution: Resolution?

    /// What made the winner be served.
    package enum Ground: Sendable {
        /// A comparison with the best that says something else.
        case comparison(Explanation.Criterion)
        /// All were merged.
        case merge
        /// A person decided.
        case person(String)
    }

    /// What made the winner be served; `nil` where nobody else says anything else that could be.
    package var ground: Ground? {
        if let resolution { return .person(resolution.decidedBy) }
        if explanation.decision.composition != nil { return .merge }
        return explanation.decidedBy.map(Ground.comparison)
    }
}

extension Store {
    /// Patterns of `collection` whose candidates differ in content, by id, behind `id`, at most `limit`.
    package func contested(
        in collection: CollectionName,
        after id: PatternID?,
        limit: Int64
    ) async throws -> [ContestedPattern] {
        try await pool.read { connection in
            let policy = try Store.policy(of: collection, connection)
            let result = try connection.execute(
                """
                SELECT w.pattern_id FROM winners AS w
                WHERE w.collection = \(collection.text) AND w.node IS NOT NULL AND w.contributors > 1
                    AND w.pattern_id > \(id?.sql ?? PostgresText(utf8: [])) AND (
                        -- Among themselves: what was merged or written differs from all, whether or not they agree.
                        SELECT count(DISTINCT c.checksum) FROM contributions AS c
                        WHERE c.collection = w.collection AND c.pattern_id = w.pattern_id
                            AND c.value >= \(policy.threshold) AND NOT c.is_withheld
                    ) > 1
                ORDER BY w.pattern_id LIMIT \(limit)
                """
            )
            let ids = try result.rows.map { try $0.patternID(0) }
            let transaction = SettlementTransaction(reading: collection, connection)
            let candidates = try transaction.candidates(for: ids, under: policy)
            let resolutions = try transaction.standingResolutions(of: ids, FeedHeads.read(collection, connection))
            return ids.map { id in
                let resolution = resolutions.deciding(id, under: policy, SHA256())
                let explanation = Explanation(
                    of: id,
                    among: candidates[id] ?? [],
                    resolution: resolution,
                    under: policy,
                    skippingAgreement: true,
                    hasher: SHA256()
                )
                return ContestedPattern(id: id, explanation: explanation, resolution: resolution)
            }
        }
    }
}
