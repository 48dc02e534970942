import Digest
import Federation
import Postgres

/// Rows are replaced by deleting and copying in: under the feed lock nobody else writes, readers see the old rows until
/// commit, and COPY is the fastest way in.
extension SettlementTransaction {
    /// Moves the versions that `keys` have now to the history.
    func supersede(_ keys: [ContributionKey]) throws {
        guard !keys.isEmpty else { return }
        _ = try connection.execute(
            """
            WITH superseded AS (
                DELETE FROM contributions AS c
                USING unnest(\(keys.map(\.id.sql)), \(keys.map(\.origin.text))) AS k (pattern_id, node)
                WHERE c.collection = \(collection.text) AND c.pattern_id = k.pattern_id AND c.node = k.node
                RETURNING c.*
            )
            INSERT INTO contribution_history (
                collection, pattern_id, node, incarnation, revision, checksum, value, updated_at, received_at,
                superseded_at, path, payload
            )
            SELECT collection, pattern_id, node, incarnation, revision, checksum, value, updated_at, received_at,
                \(now.sql), path, payload
            FROM superseded
            """
        )
    }

    private static let contributionColumns = [
        "collection", "pattern_id", "node", "incarnation", "revision", "checksum", "feed_number", "value",
        "updated_at", "received_at", "path", "payload", "vector_digest", "vector_model", "vector",
    ]

    /// Stores `contributions` with feed numbers from `number` + 1 on.
    func insert(_ contributions: [Contribution], after number: Int64) throws {
        let payloadBytes = contributions.reduce(0) { $0 + ($1.content?.payload.count ?? 0) }
        var rows = CopyRows(
            columnCount: Self.contributionColumns.count,
            reservingBytes: payloadBytes + contributions.count * 320
        )
        var number = number
        for contribution in contributions {
            number += 1
            rows.beginRow()
            rows.append(collection.text)
            rows.appendText(utf8: contribution.id.utf8)
            rows.append(contribution.origin.text)
            rows.append(contribution.version.incarnation)
            rows.append(contribution.version.revision)
            rows.appendBytes(contribution.version.checksum.bytes)
            rows.append(number)
            let content = contribution.content
            rows.append(content?.value)
            rows.append(content?.updatedAt.sql)
            rows.append(now.sql)
            rows.append(contribution.path.map(\.text))
            if let content { rows.appendText(utf8: content.payload) } else { rows.appendNull() }
            rows.append(contribution.version.vectorDigest.optionalBytes)
            rows.append(content?.vector?.model)
            rows.append(content?.vector?.bytes)
        }
        _ = try connection.copyIn(into: "contributions", columns: Self.contributionColumns, rows: rows)
    }

    private static let winnerColumns = [
        "collection", "pattern_id", "state", "node", "incarnation", "revision", "checksum", "vector_digest", "value",
        "updated_at", "contributors", "policy_revision", "feed_number",
    ]

    /// Stores winners that serve something else than before, with feed numbers from `number` + 1 on.
    func storeDecided(_ winners: [Winner], policy: CollectionPolicy, after number: Int64) throws {
        guard !winners.isEmpty else { return }
        _ = try connection.execute(
            """
            DELETE FROM winners
            WHERE collection = \(collection.text) AND pattern_id = ANY(\(winners.map(\.id.sql)))
            """
        )
        var rows = CopyRows(columnCount: Self.winnerColumns.count, reservingBytes: winners.count * 280)
        var number = number
        for winner in winners {
            number += 1
            rows.beginRow()
            rows.append(collection.text)
            rows.appendText(utf8: winner.id.utf8)
            rows.append(winner.state.rawValue)
            let candidate = winner.candidate
            rows.append(candidate?.origin.text)
            rows.append(candidate?.version.incarnation)
            rows.append(candidate?.version.revision)
            rows.append(candidate?.version.checksum.bytes)
            rows.append(candidate?.version.vectorDigest.optionalBytes)
            rows.append(candidate?.value)
            rows.append(candidate?.updatedAt.sql)
            rows.append(winner.contributors)
            rows.append(policy.revision)
            rows.append(number)
        }
        _ = try connection.copyIn(into: "winners", columns: Self.winnerColumns, rows: rows)
    }

    /// Stores the counts of winners that serve the same as before.
    func storeRecounted(_ winners: [Winner], policy: CollectionPolicy) throws {
        guard !winners.isEmpty else { return }
        _ = try connection.execute(
            """
            UPDATE winners SET contributors = new.contributors, policy_revision = \(policy.revision)
            FROM unnest(\(winners.map(\.id.sql)), \(winners.map(\.contributors))) AS new (pattern_id, contributors)
            WHERE winners.collection = \(collection.text) AND winners.pattern_id = new.pattern_id
            """
        )
    }
}
