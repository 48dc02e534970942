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
    func supersede(_ keys: [ContributionKey], by end: HistoryEnd = .newerStatement) throws {
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
                superseded_at, path, payload, vector_digest, vector_model, vector, is_withheld, is_erased, ended_by
            )
            SELECT collection, pattern_id, node, incarnation, revision, checksum, value, updated_at, received_at,
                \(now.sql), path, payload, vector_digest, vector_model, vector, is_withheld, is_erased, \(end.rawValue)
            FROM superseded
            """
        )
    }

    private static let historyColumns = [
        "collection", "pattern_id", "node", "incarnation", "revision", "checksum", "superseded_at", "value",
        "updated_at", "received_at", "path", "payload", "vector_digest", "vector_model", "vector", "is_erased",
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
            rows.appendVector(of: contribution)
            rows.append(contribution.statement == .erased)
        }
        _ = try connection.copyIn(into: "contribution_history", columns: Self.historyColumns, rows: rows)
    }

    private static let contributionColumns = [
        "collection", "pattern_id", "node", "incarnation", "revision", "checksum", "feed_number", "value",
        "updated_at", "received_at", "path", "payload", "vector_digest", "vector_model", "vector", "is_withheld",
        "is_erased", "content_digest", "peak_value",
    ]

    /// Stores what `settlement` keeps, with feed numbers from `number` + 1 on.
    func insertKept(of settlement: BatchSettlement, after number: Int64) throws {
        let contributions = settlement.kept
        let payloadBytes = contributions.reduce(0) { $0 + ($1.content?.payload.count ?? 0) }
        var rows = CopyRows(
            columnCount: Self.contributionColumns.count,
            reservingBytes: payloadBytes + contributions.count * 320
        )
        var number = number
        for (contribution, peak) in zip(contributions, settlement.keptPeaks) {
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
            rows.appendVector(of: contribution)
            rows.append(settlement.withheld.contains(contribution.key))
            rows.append(contribution.statement == .erased)
            rows.append(digest: settlement.erasedContents.isEmpty ? nil : settlement.erasedContents[contribution.key])
            if let peak { rows.append(peak) } else { rows.appendNull() }
        }
        _ = try connection.copyIn(into: "contributions", columns: Self.contributionColumns, rows: rows)
    }

    private static let winnerColumns = [
        "collection", "pattern_id", "state", "node", "incarnation", "revision", "checksum", "vector_digest", "value",
        "updated_at", "contributors", "policy_revision", "feed_number", "decided_at", "payload", "parents",
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
            rows.append(now.sql)
            rows.append(winner.composition)
        }
        _ = try connection.copyIn(into: "winners", columns: Self.winnerColumns, rows: rows)
    }

    /// Stores the counts, states and sources of winners that serve the same as before; where the state is another one,
    /// a conflict has opened or ended, and it is decided so from now on.
    func storeRecounted(_ winners: [Winner], policy: CollectionPolicy) throws {
        guard !winners.isEmpty else { return }
        _ = try connection.execute(
            """
            UPDATE winners SET contributors = new.contributors, state = new.state, policy_revision = \(policy.revision),
                payload = nullif(new.payload, ''),
                decided_at = CASE WHEN winners.state = new.state THEN winners.decided_at ELSE \(now.sql) END
            FROM (
                SELECT w.ctid, k.contributors, k.state, k.payload
                FROM unnest(
                    \(winners.map(\.id.sql)), \(winners.map(\.contributors)), \(winners.map(\.state.rawValue)),
                    \(winners.map { PostgresText(utf8: $0.composition?.payload ?? []) })
                ) AS k (pattern_id, contributors, state, payload)
                CROSS JOIN LATERAL (
                    SELECT ctid FROM winners
                    WHERE collection = \(collection.text) AND pattern_id = k.pattern_id LIMIT 1
                ) AS w
            ) AS new
            WHERE winners.ctid = new.ctid
            """
        )
    }

    /// Counts what became of contributions that met another content.
    func store(_ outcomes: [ConflictOutcome: Int64], strategy: ConflictStrategy) throws {
        guard !outcomes.isEmpty else { return }
        let counted = outcomes.sorted { ($0.key.origin, $0.key.kind.rawValue) < ($1.key.origin, $1.key.kind.rawValue) }
        _ = try connection.execute(
            """
            INSERT INTO conflict_outcomes AS o (collection, strategy, node, outcome, times)
            SELECT \(collection.text), \(strategy.rawValue), node, outcome, times
            FROM unnest(
                \(counted.map(\.key.origin.text)), \(counted.map(\.key.kind.rawValue)), \(counted.map(\.value))
            ) AS new (node, outcome, times)
            ON CONFLICT (collection, strategy, node, outcome) DO UPDATE SET times = o.times + excluded.times
            """
        )
    }
}

/// What ended a contribution's time as the current one.
enum HistoryEnd: String {
    case newerStatement = "newer-statement"
    case revocation
}
