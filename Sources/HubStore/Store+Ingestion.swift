import Digest
package import Federation
import Postgres

/// What became of one batch of admitted items.
package struct IngestOutcome: Sendable {
    /// In the order of the items.
    package var verdicts: [Verdict]
    /// The position behind the batch in the contributions feed.
    package var cursor: String
}

extension Store {
    /// Joins `items` into the contributions of `collection` and moves its winners along, in one transaction.
    ///
    /// When this returns, what was accepted is in PostgreSQL's flushed log. Throws ``StoreError`` or `PostgresError`; a
    /// `PostgresError` of kind `outcomeUnknown` means that only sending again can tell.
    package func ingest(
        _ items: [AdmittedItem],
        into collection: CollectionName,
        now: Timestamp
    ) async throws -> IngestOutcome {
        try await pool.write { connection in
            let transaction = SettlementTransaction(connection: connection, collection: collection, now: now)
            return try transaction.ingest(items)
        }
    }
}

/// One transaction under a collection's feed lock: reads what a ``BatchSettlement`` needs, stores what it decided.
struct SettlementTransaction {
    let connection: Connection
    let collection: CollectionName
    let now: Timestamp

    func ingest(_ items: [AdmittedItem]) throws -> IngestOutcome {
        try joinByPlace()
        var heads = try FeedHeads.lock(collection, connection)
        let policy = try Store.policy(of: collection, connection)
        var settlement = BatchSettlement(
            policy: policy,
            isSettled: try Store.isSettled(collection, connection),
            stored: try storedContributions(of: items.map(\.contribution)),
            contributionsDigest: heads.contributions.set,
            winnersDigest: heads.winners.set,
            hasher: SHA256()
        )
        settlement.join(items)
        let kept = settlement.kept
        guard !kept.isEmpty else { return try outcome(settlement.verdicts, heads) }
        settlement.decide(standing: try standingWinners(of: kept.map(\.id)))
        try supersede(settlement.superseded)
        try insertHistory(settlement.overtaken)
        try insert(kept, after: heads.contributions.number)
        heads.contributions.number += Int64(kept.count)
        heads.contributions.set = settlement.contributionsDigest
        try publish(&settlement, policy: policy, heads: &heads)
        try heads.save(collection, connection)
        return try outcome(settlement.verdicts, heads)
    }

    private func outcome(_ verdicts: [Verdict], _ heads: FeedHeads) throws -> IngestOutcome {
        let cursor = Cursor(
            epoch: try Store.epoch(connection),
            feed: .contributions,
            collection: collection,
            number: heads.contributions.number
        )
        return IngestOutcome(verdicts: verdicts, cursor: cursor.text)
    }

    /// Folds what is undecided and stores the winners that changed.
    func publish(_ settlement: inout BatchSettlement, policy: CollectionPolicy, heads: inout FeedHeads) throws {
        if !settlement.undecided.isEmpty {
            settlement.fold(try candidates(for: settlement.undecided, under: policy))
        }
        try storeDecided(
            settlement.decided,
            replacing: settlement.replaced,
            policy: policy,
            after: heads.winners.number
        )
        try storeRecounted(settlement.recounted, policy: policy)
        heads.winners.number += Int64(settlement.decided.count)
        heads.winners.set = settlement.winnersDigest
    }
}
