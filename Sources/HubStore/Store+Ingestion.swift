import Digest
package import Federation
import Postgres

/// What became of one batch of admitted items.
package struct IngestOutcome: Sendable {
    /// In the order of the items.
    package var verdicts: [Verdict]
    /// The position behind the batch in the contributions feed.
    package var cursor: String
    /// What deciding took, where anything was kept.
    package var settling: Settling?
    /// Statements that a hub passed on under the number of another content; the greater version of each stands.
    package var forks: [ContributionKey] = []

    /// How long it took to read, decide and store the winners of what was kept.
    package struct Settling: Sendable {
        package var patterns: Int
        package var strategy: ConflictStrategy
        package var duration: Duration
    }
}

extension Store {
    /// Joins `items` into the contributions of `collection` and moves its winners along, in one transaction.
    ///
    /// When this returns, what was accepted is in PostgreSQL's flushed log. Throws ``StoreError/nodeRevoked(_:)`` where
    /// `sender` was revoked meanwhile; ``StoreError`` or `PostgresError`; a `PostgresError` of kind `outcomeUnknown`
    /// means that only sending again can tell.
    package func ingest(
        _ items: [AdmittedItem],
        from sender: EnrolledNode? = nil,
        into collection: CollectionName,
        now: Timestamp
    ) async throws -> IngestOutcome {
        try await pool.write { connection in
            let transaction = SettlementTransaction(connection: connection, collection: collection, now: now)
            return try transaction.ingest(items, from: .origin(sender))
        }
    }
}

/// Where items come from.
enum IngestSource {
    /// A node that speaks for itself; `nil` where nobody is to be checked.
    case origin(EnrolledNode?)
    /// The hub of this name in paths, which passed them on; a node of this hub, or one that this hub asked.
    case relay(NodeName, EnrolledNode?)

    /// The node that has to be enrolled still.
    var sender: EnrolledNode? {
        switch self {
        case .origin(let node), .relay(_, let node): node
        }
    }

    var relay: NodeName? {
        guard case .relay(let name, _) = self else { return nil }
        return name
    }

    /// The node of this hub that passed items on; none where this hub asked for them.
    var passingHub: NodeName? {
        guard case .relay(_, let node) = self else { return nil }
        return node?.name
    }
}

/// One transaction under a collection's feed lock: reads what a ``BatchSettlement`` needs, stores what it decided.
struct SettlementTransaction {
    let connection: Connection
    let collection: CollectionName
    let now: Timestamp

    func ingest(_ items: [AdmittedItem], from source: IngestSource) throws -> IngestOutcome {
        try joinByPlace()
        var heads = try FeedHeads.lock(collection, connection)
        // Under the lock: what a node says after it was revoked must not slip in behind the leaving out.
        if let sender = source.sender { try Store.requireEnrolled(sender, connection) }
        let policy = try Store.policy(of: collection, connection)
        var settlement = BatchSettlement(
            policy: policy,
            isSettled: try Store.isSettled(collection, connection),
            stored: try storedContributions(of: Set(items.map(\.contribution.key))),
            resolutions: try standingResolutions(of: items.map(\.contribution.id), heads),
            refusesRetracted: source.relay == nil,
            isRelayed: source.relay != nil,
            leftOut: source.relay == nil ? [:] : try Store.leftOutOrigins(connection),
            contributionsDigest: heads.contributions.set,
            winnersDigest: heads.winners.set,
            hasher: SHA256()
        )
        settlement.join(items)
        let kept = settlement.kept
        guard !kept.isEmpty else { return try outcome(settlement, heads) }
        let watch = ContinuousClock()
        let ids = kept.map(\.id)
        let comparing = try watch.measure { settlement.decide(standing: try standingWinners(of: ids)) }
        try supersede(settlement.superseded)
        try insertHistory(settlement.overtaken)
        try insertKept(of: settlement, after: heads.contributions.number)
        heads.contributions.number += Int64(kept.count)
        heads.contributions.set = settlement.contributionsDigest
        if let relay = source.relay { try countOrigins(of: items, settlement.verdicts, relayedBy: relay) }
        let publishing = try watch.measure { try publish(&settlement, policy: policy, heads: &heads) }
        try heads.save(collection, passedOnBy: source.passingHub, connection)
        var outcome = try outcome(settlement, heads)
        outcome.settling = IngestOutcome.Settling(
            patterns: Set(ids).count,
            strategy: policy.strategy,
            duration: comparing + publishing
        )
        return outcome
    }

    private func outcome(_ settlement: BatchSettlement, _ heads: FeedHeads) throws -> IngestOutcome {
        let cursor = Cursor(
            epoch: try Store.epoch(connection),
            feed: .contributions,
            collection: collection,
            number: heads.contributions.number
        )
        return IngestOutcome(verdicts: settlement.verdicts, cursor: cursor.text, forks: settlement.forks)
    }

    /// Folds what is undecided and stores the winners that changed.
    func publish(_ settlement: inout BatchSettlement, policy: CollectionPolicy, heads: inout FeedHeads) throws {
        try foldUndecided(of: &settlement, policy: policy)
        try storeDecided(
            settlement.decided,
            replacing: settlement.replaced,
            policy: policy,
            after: heads.winners.number
        )
        try storeRecounted(settlement.recounted, policy: policy)
        try store(settlement.outcomes, strategy: policy.strategy)
        heads.winners.number += Int64(settlement.decided.count)
        heads.winners.set = settlement.winnersDigest
    }

    /// Patterns whose contents are read at first, before it is known how long they are.
    private static let firstPortion = 16

    /// Folds what is undecided, portion by portion where contents are read, so that memory does not grow with them; one
    /// portion is decided while the next is read.
    private func foldUndecided(of settlement: inout BatchSettlement, policy: CollectionPolicy) throws {
        var rest = settlement.undecided[...]
        var size = policy.strategy.readsContents ? Self.firstPortion : rest.count
        var pending: PendingDecisions?
        while !rest.isEmpty {
            let portion = Array(rest.prefix(size))
            rest = rest.dropFirst(size)
            let next = settlement.deciding(portion, among: try candidates(for: portion, under: policy))
            if let pending { settlement.fold(pending) }
            pending = next
            guard policy.strategy.readsContents else { continue }
            let bytes = next.candidates.joined().reduce(0) { $0 + ($1.payload?.count ?? 0) }
            size = min(max(Limits.mergeReadBytes / max(bytes / portion.count, 1), 1), Limits.mergeReadItems)
        }
        if let pending { settlement.fold(pending) }
    }

    /// Decides `ids` anew from what the hub holds of them, and stores the winners that changed; returns what changed.
    func decideAnew(
        _ ids: [PatternID],
        policy: CollectionPolicy,
        heads: inout FeedHeads
    ) throws -> [DecisionChange] {
        var settlement = BatchSettlement(
            policy: policy,
            isSettled: false,
            stored: [:],
            resolutions: try standingResolutions(of: ids, heads),
            contributionsDigest: heads.contributions.set,
            winnersDigest: heads.winners.set,
            hasher: SHA256()
        )
        let standing = try standingWinners(of: ids)
        settlement.decideAnew(ids, standing: standing)
        try publish(&settlement, policy: policy, heads: &heads)
        return settlement.decided.compactMap { DecisionChange(from: standing[$0.id]?.winner, to: $0) }
    }
}
