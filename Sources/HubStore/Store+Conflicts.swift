package import Digest
package import Federation
import JSON
import Postgres

/// A pattern whose contents differ and wait for a person.
package struct OpenConflict: Sendable {
    package var collection: CollectionName
    package var id: PatternID
    /// Distinct contents.
    package var contents: Int64
    package var contributors: Int32
    /// What is served meanwhile.
    package var serving: ContributionReference?
    /// Who wrote what is served meanwhile, where an operator did.
    package var writtenBy: String?
    /// When it opened.
    package var since: Timestamp
}

/// The contents of one pattern, side by side.
package struct ConflictRecord: Sendable {
    package var collection: CollectionName
    package var id: PatternID
    package var policy: CollectionPolicy
    package var winner: Winner?
    /// With their contents, the best first.
    package var candidates: [Candidate]
    package var resolution: Resolution?
}

extension Store {
    /// Open conflicts of `collection`, or of all, by collection and id, at most `limit`.
    package func conflicts(in collection: CollectionName?, limit: Int64) async throws -> [OpenConflict] {
        try await pool.read { connection in
            if let collection { _ = try Store.policy(of: collection, connection) }
            let result = try connection.execute(
                """
                SELECT w.collection, w.pattern_id, w.contributors, w.decided_at, w.node, w.incarnation, w.revision,
                    w.checksum, (
                        SELECT count(DISTINCT k.checksum) FROM contributions AS k
                        WHERE k.collection = w.collection AND k.pattern_id = w.pattern_id AND k.value >= c.threshold
                            AND NOT k.is_withheld
                    ), (
                        -- What is served and is no contribution's own was resolved last, whoever said it before.
                        SELECT CASE WHEN r.source_node IS NULL THEN r.decided_by END FROM resolutions AS r
                        WHERE w.payload IS NOT NULL AND r.collection = w.collection AND r.pattern_id = w.pattern_id
                        ORDER BY r.revision DESC, r.origin DESC LIMIT 1
                    )
                FROM winners AS w JOIN collections AS c ON c.collection = w.collection
                WHERE w.state = 'conflict'
                    AND (\(optional: collection?.text)::text IS NULL OR w.collection = \(optional: collection?.text))
                ORDER BY w.collection, w.pattern_id LIMIT \(limit)
                """
            )
            return try result.rows.map { row in
                OpenConflict(
                    collection: try row.collection(0),
                    id: try row.patternID(1),
                    contents: try row.int64(8),
                    contributors: try row.int32(2),
                    serving: try row.isNull(4) ? nil : row.reference(from: 4),
                    writtenBy: try row.optionalString(9),
                    since: try row.time(3)
                )
            }
        }
    }

    /// The contents of pattern `id`, side by side; throws ``StoreError/notFound(_:)`` where it has none that can win.
    package func conflict(_ id: PatternID, in collection: CollectionName) async throws -> ConflictRecord {
        try await pool.read { connection in
            let policy = try Store.policy(of: collection, connection)
            let transaction = SettlementTransaction(reading: collection, connection)
            let candidates = try transaction.candidatesWithContents(for: id, under: policy)
            guard !candidates.isEmpty else {
                throw StoreError.notFound(
                    "pattern '\(id)' of '\(collection)' has no content that could be served; "
                        + "`tributary-hub why \(collection) \(id)` tells why"
                )
            }
            let heads = try FeedHeads.read(collection, connection)
            return ConflictRecord(
                collection: collection,
                id: id,
                policy: policy,
                winner: try transaction.standingWinners(of: [id])[id]?.winner,
                candidates: candidates.sorted { policy.strategy.prefers($0, to: $1) },
                resolution: try transaction.standingResolutions(of: [id], heads).patterns[id]
            )
        }
    }

    /// Ends the conflict over pattern `id` with `choice`, which was made with the contents `covers` in view.
    ///
    /// Throws ``StoreError/conflictChanged(_:present:)`` where others are present, ``StoreError/conflictNotOpen(_:_:)``
    /// where there is nothing to resolve, and a `Refusal` where a written content cannot be served. Where exactly this
    /// stands already, `stood` is true and nothing is added.
    package func resolve(
        _ id: PatternID,
        in collection: CollectionName,
        with choice: Ruling.Choice,
        covers: [SHA256Digest]?,
        ruling: Ruling,
        now: Timestamp
    ) async throws -> (resolution: Resolution, winner: Winner?, stood: Bool) {
        try await pool.write { connection in
            var transaction = try RulingTransaction(connection: connection, collection: collection, now: now)
            let (resolution, stood) = try transaction.resolve(id, with: choice, covers: covers, ruling: ruling)
            try transaction.save()
            return (resolution, try transaction.settlement.standingWinners(of: [id])[id]?.winner, stood)
        }
    }
}

extension SettlementTransaction {
    /// A transaction that only reads.
    init(reading collection: CollectionName, _ connection: Connection) {
        self.init(connection: connection, collection: collection, now: Timestamp(microseconds: 0))
    }

    /// What can win for `id`, with contents whatever the strategy.
    func candidatesWithContents(for id: PatternID, under policy: CollectionPolicy) throws -> [Candidate] {
        // Merging is the strategy that reads contents.
        try candidates(for: [id], under: policy.changed(strategy: .merge))[id] ?? []
    }
}

extension Row {
    func collection(_ column: Int) throws -> CollectionName {
        guard let name = CollectionName(try string(column)) else { throw StoreError.corrupt("a collection's name") }
        return name
    }

    /// Origin, incarnation, revision and checksum, in four columns from `column` on.
    func reference(from column: Int) throws -> ContributionReference {
        ContributionReference(
            origin: try node(column),
            incarnation: try int32(column + 1),
            revision: try int64(column + 2),
            checksum: try digest(column + 3)
        )
    }
}
