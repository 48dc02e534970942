import Digest
import Federation
import JSON
import Postgres

/// One transaction under a collection's feed lock that keeps what an operator decided and has the winners follow.
struct RulingTransaction {
    let settlement: SettlementTransaction
    let policy: CollectionPolicy
    var heads: FeedHeads

    /// Takes the lock; throws ``StoreError/collectionUnknown(_:)``.
    init(connection: Connection, collection: CollectionName, now: Timestamp) throws {
        settlement = SettlementTransaction(connection: connection, collection: collection, now: now)
        try settlement.joinByPlace()
        heads = try FeedHeads.lock(collection, connection)
        policy = try Store.policy(of: collection, connection)
    }

    var connection: Connection { settlement.connection }
    var collection: CollectionName { settlement.collection }
    private var now: Timestamp { settlement.now }

    /// Ends the transaction's work on the feeds.
    func save() throws {
        try heads.save(collection, connection)
    }

    /// Ends the conflict over `id`, or changes how it ended; where exactly this stands already, no statement is added, and
    /// `stood` is true.
    mutating func resolve(
        _ id: PatternID,
        with choice: Ruling.Choice,
        covers: [SHA256Digest]?,
        ruling: Ruling
    ) throws -> (resolution: Resolution, stood: Bool) {
        let candidates = try settlement.candidatesWithContents(for: id, under: policy)
        let present = Set(candidates.map(\.version.checksum))
        guard !present.isEmpty else {
            throw StoreError.notFound("pattern '\(id)' of '\(collection)' has no content that could be served")
        }
        guard policy.strategy == .manual else {
            throw StoreError.conflictNotOpen(
                id,
                "collection '\(collection)' decides by \(policy.strategy.rawValue), not manually; to take the pattern "
                    + "back everywhere use `tributary-hub retraction add`"
            )
        }
        let resolutions = try settlement.standingResolutions(of: [id], heads)
        let standing = resolutions.deciding(id, under: policy, SHA256())
        if case .content = choice, present.count == 1, standing == nil {
            throw StoreError.conflictNotOpen(id, "there is one content, and it is served")
        }
        if let covers, Set(covers) != present { throw StoreError.conflictChanged(id, present: present.sorted()) }
        let decision = try decision(for: choice, id, candidates)
        if let standing, standing.reason == ruling.reason, standing.decision.isSame(as: decision),
            Set(standing.covers) == present
        {
            return (standing, true)
        }
        let resolution = try statement(
            .pattern(id),
            decision,
            covers: Array(present),
            ruling: ruling
        )
        try settlement.insert(resolution, isApplied: false, heads: &heads)
        _ = try settlement.decideAnew([id], policy: policy, heads: &heads)
        try markApplied([heads.resolutions.number])
        try count(decision, candidates)
        return (resolution, false)
    }

    private func decision(
        for choice: Ruling.Choice,
        _ id: PatternID,
        _ candidates: [Candidate]
    ) throws -> Resolution.Decision {
        switch choice {
        case .retract: return .retracted
        case .content(let checksum):
            let claimed = candidates.filter { $0.version.checksum == checksum }
            guard let candidate = policy.strategy.winner(among: claimed),
                let content = ResolvedContent(choosing: candidate)
            else {
                throw StoreError.conflictChanged(id, present: Set(candidates.map(\.version.checksum)).sorted())
            }
            return .content(content)
        case .written(let text):
            let document: JSONDocument
            do { document = try JSONDocument(parsing: text) } catch { throw Refusal(error) }
            return .content(
                try ResolvedContent(written: document.root, for: id, under: policy, now: now, hasher: SHA256())
            )
        }
    }

    /// Counts for whom the person decided.
    private func count(_ decision: Resolution.Decision, _ candidates: [Candidate]) throws {
        var chosen: SHA256Digest?
        if case .content(let content) = decision { chosen = content.checksum }
        let outcomes = candidates.map { candidate in
            (ConflictOutcome(candidate.origin, candidate.version.checksum == chosen ? .chosen : .rejected), Int64(1))
        }
        try settlement.store(Dictionary(outcomes) { $0 + $1 }, strategy: policy.strategy)
    }

    /// The next statement of this hub about `subject`.
    func statement(
        _ subject: Resolution.Subject,
        _ decision: Resolution.Decision,
        covers: [SHA256Digest],
        ruling: Ruling,
        erases: Bool = false
    ) throws -> Resolution {
        guard let origin = NodeName(try Store.identity(connection).hub) else {
            throw StoreError.corrupt("the hub's own name")
        }
        return Resolution(
            subject: subject,
            origin: origin,
            revision: try nextRevision(of: subject),
            decision: decision,
            covers: covers,
            reason: ruling.reason,
            decidedBy: ruling.decidedBy,
            decidedAt: now,
            erases: erases
        )
    }

    /// The number of a statement of now about `subject`: it stands before all others that there are.
    private func nextRevision(of subject: Resolution.Subject) throws -> Int64 {
        let last = try lastRevision(of: subject)
        guard last < Int64.max - 1 else {
            throw StoreError.corrupt("a resolution has the greatest number there is, so that nothing can follow it")
        }
        return max(last + 1, now.microseconds)
    }

    /// The greatest revision of any statement about `subject`, whoever made it: a decision made in view of others stands
    /// before them.
    private func lastRevision(of subject: Resolution.Subject) throws -> Int64 {
        let result =
            switch subject {
            case .pattern(let id):
                try connection.execute(
                    """
                    SELECT coalesce(max(revision), 0) FROM resolutions
                    WHERE collection = \(collection.text) AND pattern_id = \(id.sql)
                    """
                )
            case .content(let digest):
                try connection.execute(
                    """
                    SELECT coalesce(max(revision), 0) FROM resolutions
                    WHERE collection = \(collection.text) AND content_digest = \(digest.bytes)
                    """
                )
            }
        return try result.first?.int64(0) ?? 0
    }

    /// Notes that winners follow the resolutions of these feed numbers.
    func markApplied(_ numbers: [Int64]) throws {
        _ = try connection.execute(
            """
            UPDATE resolutions SET is_applied = true, winners_number = \(heads.winners.number)
            WHERE collection = \(collection.text) AND feed_number = ANY(\(numbers))
            """
        )
    }
}

extension Resolution.Decision {
    /// Whether both have the same served: the same content, said by nodes in both or written by a person in both, or
    /// nothing.
    fileprivate func isSame(as other: Resolution.Decision) -> Bool {
        switch (self, other) {
        case (.retracted, .retracted): true
        case (.content(let left), .content(let right)):
            // One without its text lapsed, and is decided anew.
            !left.payload.isEmpty && left.checksum == right.checksum && (left.source == nil) == (right.source == nil)
        default: false
        }
    }
}
