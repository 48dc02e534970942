import Digest
package import Federation
import Postgres

/// Everything a hub knows about one pattern.
package struct PatternRecord: Sendable {
    /// A superseded version of a contribution.
    package struct Superseded: Sendable {
        package var origin: NodeName
        package var version: ContributionVersion
        package var value: Double?
        package var updatedAt: Timestamp?
        package var supersededAt: Timestamp
    }

    package var policy: CollectionPolicy
    /// Current statements, by origin.
    package var contributions: [FeedLine]
    /// What is served; `nil` where the pattern never had a winner.
    package var winner: Winner?
    /// The newest first.
    package var history: [Superseded]
}

/// A pattern whose contributors disagree, with what was decided.
package struct ContestedPattern: Sendable {
    package var id: PatternID
    package var explanation: Explanation
}

extension Store {
    /// Superseded versions shown of one pattern.
    private static let historyLimit: Int64 = 100

    /// Everything known about a pattern, from one snapshot; throws ``StoreError/collectionUnknown(_:)``.
    package func pattern(_ id: PatternID, in collection: CollectionName) async throws -> PatternRecord {
        try await pool.read { connection in
            PatternRecord(
                policy: try Store.policy(of: collection, connection),
                contributions: try Store.contributions(to: id, in: collection, connection),
                winner: try SettlementTransaction(
                    connection: connection,
                    collection: collection,
                    now: Timestamp(microseconds: 0)
                ).standingWinners(of: [id])[id]?.winner,
                history: try Store.history(of: id, in: collection, connection)
            )
        }
    }

    private static func contributions(
        to id: PatternID,
        in collection: CollectionName,
        _ connection: Connection
    ) throws -> [FeedLine] {
        let result = try connection.execute(
            """
            SELECT node, incarnation, revision, checksum, vector_digest, value, updated_at, received_at, path, payload,
                vector_model, octet_length(vector)
            FROM contributions WHERE collection = \(collection.text) AND pattern_id = \(id.sql) ORDER BY node
            """
        )
        return try result.rows.map { row in
            let payload = try row.optionalText(9)?.utf8
            return FeedLine(
                id: id,
                state: payload == nil ? .retracted : .live,
                provenance: FeedLine.Provenance(
                    origin: try row.node(0),
                    version: try row.version(from: 1),
                    path: try row.textArray(8).compactMap(NodeName.init),
                    receivedAt: try row.time(7)
                ),
                value: try row.optionalDouble(5),
                updatedAt: try row.optionalTimestamp(6).map(Timestamp.init(microseconds:)),
                payload: payload,
                vector: try row.optionalInt32(11).map { length in
                    FeedLine.VectorFacts(model: try row.optionalString(10), dimension: Int(length) / 4, bytes: nil)
                }
            )
        }
    }

    private static func history(
        of id: PatternID,
        in collection: CollectionName,
        _ connection: Connection
    ) throws -> [PatternRecord.Superseded] {
        let result = try connection.execute(
            """
            SELECT node, incarnation, revision, checksum, NULL::bytea, value, updated_at, superseded_at
            FROM contribution_history WHERE collection = \(collection.text) AND pattern_id = \(id.sql)
            ORDER BY superseded_at DESC, node LIMIT \(Store.historyLimit)
            """
        )
        return try result.rows.map { row in
            PatternRecord.Superseded(
                origin: try row.node(0),
                version: try row.version(from: 1),
                value: try row.optionalDouble(5),
                updatedAt: try row.optionalTimestamp(6).map(Timestamp.init(microseconds:)),
                supersededAt: try row.time(7)
            )
        }
    }

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
                WHERE w.collection = \(collection.text) AND w.state = 'live' AND w.contributors > 1
                    AND w.pattern_id > \(id?.sql ?? PostgresText(utf8: [])) AND EXISTS (
                        SELECT FROM contributions AS c
                        WHERE c.collection = w.collection AND c.pattern_id = w.pattern_id
                            AND c.value >= \(policy.threshold) AND c.checksum <> w.checksum
                    )
                ORDER BY w.pattern_id LIMIT \(limit)
                """
            )
            let ids = try result.rows.map { try $0.patternID(0) }
            let transaction = SettlementTransaction(
                connection: connection,
                collection: collection,
                now: Timestamp(microseconds: 0)
            )
            let candidates = try transaction.candidates(for: ids, under: policy)
            return ids.compactMap { id in
                Explanation(candidates[id] ?? [], strategy: policy.strategy)
                    .map { ContestedPattern(id: id, explanation: $0) }
            }
        }
    }
}
