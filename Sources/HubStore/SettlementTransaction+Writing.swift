import Digest
import Federation
import Postgres

/// Rows are replaced by deleting and copying in: under the feed lock nobody else writes, readers see the old rows until
/// commit, and COPY is the fastest way in.
extension SettlementTransaction {
    /// Has rows that were found by their key joined by their place, whatever the planner believes about the tables' size;
    /// holds until the transaction ends.
    func joinByPlace() throws {
        _ = try connection.execute(
            """
            SELECT set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
                set_config('enable_seqscan', 'off', true)
            """
        )
    }

    /// Moves the versions that `keys` have now to the history.
    func supersede(_ keys: [ContributionKey]) throws {
        guard !keys.isEmpty else { return }
        _ = try connection.execute(
            """
            WITH superseded AS (
                DELETE FROM contributions WHERE ctid = ANY(ARRAY(
                    SELECT c.ctid
                    FROM unnest(\(keys.map(\.id.sql)), \(keys.map(\.origin.text))) AS k (pattern_id, node)
                    CROSS JOIN LATERAL (
                        SELECT ctid FROM contributions
                        WHERE collection = \(collection.text) AND pattern_id = k.pattern_id AND node = k.node LIMIT 1
                    ) AS c
                ))
                RETURNING *
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

    private static let historyColumns = [
        "collection", "pattern_id", "node", "incarnation", "revision", "checksum", "superseded_at", "value",
        "updated_at", "received_at", "path", "payload",
    ]

    /// Keeps what was said and overtaken within one batch: it was accepted, so it is part of the past.
    func insertHistory(_ contributions: [Contribution]) throws {
        guard !contributions.isEmpty else { return }
        var rows = CopyRows(columnCount: Self.historyColumns.count)
        for contribution in contributions {
            rows.beginRow()
            rows.appendText(collection.text)
            rows.appendText(utf8: contribution.id.utf8)
            rows.appendText(contribution.origin.text)
            rows.append(contribution.version.incarnation)
            rows.append(contribution.version.revision)
            contribution.version.checksum.withBytes { rows.appendBytes($0) }
            rows.append(now.sql)
            rows.appendStatement(contribution.content, path: contribution.path.map(\.text), receivedAt: now)
        }
        _ = try connection.copyIn(into: "contribution_history", columns: Self.historyColumns, rows: rows)
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
            rows.appendText(collection.text)
            rows.appendText(utf8: contribution.id.utf8)
            rows.appendText(contribution.origin.text)
            rows.append(contribution.version.incarnation)
            rows.append(contribution.version.revision)
            contribution.version.checksum.withBytes { rows.appendBytes($0) }
            rows.append(number)
            rows.appendStatement(contribution.content, path: contribution.path.map(\.text), receivedAt: now)
            rows.append(contribution.content?.vector)
        }
        _ = try connection.copyIn(into: "contributions", columns: Self.contributionColumns, rows: rows)
    }

    private static let winnerColumns = [
        "collection", "pattern_id", "state", "node", "incarnation", "revision", "checksum", "vector_digest", "value",
        "updated_at", "contributors", "policy_revision", "feed_number",
    ]

    /// Stores winners that serve something else than before, with feed numbers from `number` + 1 on; `replaced` are those
    /// that have a row already.
    func storeDecided(
        _ winners: [Winner],
        replacing replaced: [PatternID],
        policy: CollectionPolicy,
        after number: Int64
    ) throws {
        guard !winners.isEmpty else { return }
        if !replaced.isEmpty {
            _ = try connection.execute(
                """
                DELETE FROM winners WHERE ctid = ANY(ARRAY(
                    SELECT w.ctid FROM unnest(\(replaced.map(\.sql))) AS k (pattern_id)
                    CROSS JOIN LATERAL (
                        SELECT ctid FROM winners
                        WHERE collection = \(collection.text) AND pattern_id = k.pattern_id LIMIT 1
                    ) AS w
                ))
                """
            )
        }
        var rows = CopyRows(columnCount: Self.winnerColumns.count, reservingBytes: winners.count * 280)
        var number = number
        for winner in winners {
            number += 1
            rows.beginRow()
            rows.appendText(collection.text)
            rows.appendText(utf8: winner.id.utf8)
            rows.appendText(winner.state.rawValue)
            rows.append(winner.candidate)
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
            FROM (
                SELECT w.ctid, k.contributors
                FROM unnest(\(winners.map(\.id.sql)), \(winners.map(\.contributors))) AS k (pattern_id, contributors)
                CROSS JOIN LATERAL (
                    SELECT ctid FROM winners
                    WHERE collection = \(collection.text) AND pattern_id = k.pattern_id LIMIT 1
                ) AS w
            ) AS new
            WHERE winners.ctid = new.ctid
            """
        )
    }
}

/// Fields are appended one by one and by their types: this is where a push spends its time.
extension CopyRows {
    /// Value, updated at, received at, path and payload.
    fileprivate mutating func appendStatement(
        _ content: Contribution.Content?,
        path: [String],
        receivedAt: Timestamp
    ) {
        if let content {
            append(content.value)
            append(content.updatedAt.sql)
        } else {
            appendNulls(2)
        }
        append(receivedAt.sql)
        append(path)
        if let content { appendText(utf8: content.payload) } else { appendNull() }
    }

    /// Vector digest, vector model and vector.
    fileprivate mutating func append(_ vector: PatternVector?) {
        guard let vector else { return appendNulls(3) }
        vector.digest.withBytes { appendBytes($0) }
        if let model = vector.model { appendText(model) } else { appendNull() }
        appendBytes(vector.bytes)
    }

    /// Origin, incarnation, revision, checksum, vector digest, value and updated at.
    fileprivate mutating func append(_ candidate: Candidate?) {
        guard let candidate else { return appendNulls(7) }
        appendText(candidate.origin.text)
        append(candidate.version.incarnation)
        append(candidate.version.revision)
        candidate.version.checksum.withBytes { appendBytes($0) }
        if candidate.version.vectorDigest == .none {
            appendNull()
        } else {
            candidate.version.vectorDigest.withBytes { appendBytes($0) }
        }
        append(candidate.value)
        append(candidate.updatedAt.sql)
    }

    private mutating func appendNulls(_ count: Int) {
        for _ in 0..<count { appendNull() }
    }
}
