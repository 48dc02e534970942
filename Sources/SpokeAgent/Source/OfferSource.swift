internal import Digest
internal import Federation
internal import Replication

/// What a scan found to be said to the hub: changed content first, then what is to be taken back.
final class OfferSource: ContributionSource {
    /// Content that could not be sent because its file was changed while it was read; the next round sends it.
    private(set) var changedWhileRead: Int64 = 0
    /// Statements that the hub found ahead of its clock, and whose numbers come from the state, not from this node's.
    private(set) var numberedAhead: Int64 = 0

    private let scan: CollectionScan
    private let state: SpokeState
    private let collection: Int64
    private let now: () -> Timestamp
    private let retracts: Bool
    /// The last change taken.
    private var lastChanged: PatternID?
    private var isContentDone = false
    private var lastRetracted: PatternID?

    /// The offers of `scan`; with `retracts`, also what is to be taken back.
    init(
        _ scan: CollectionScan,
        retracts: Bool,
        state: SpokeState,
        collection: Int64,
        now: @escaping () -> Timestamp
    ) {
        self.scan = scan
        self.retracts = retracts
        self.state = state
        self.collection = collection
        self.now = now
    }

    /// What was offered last is pending in the state, and is not offered again before it is settled.
    var isAskedAhead: Bool { true }

    func nextBatch(maximumItems: Int, maximumBytes: Int) throws -> PushBatch? {
        while !isContentDone {
            let batch = try nextContent(maximumItems, maximumBytes)
            if !batch.items.isEmpty { return batch }
        }
        return try nextRetractions(maximumItems)
    }

    func settle(_ batch: PushBatch, _ answer: PushAnswer) throws {
        let present = now().microseconds
        for (item, outcome) in zip(batch.items, answer.outcomes) where item.revision > present {
            guard case .refused(let refusal) = outcome else { continue }
            if refusal.code == RefusalCode.clockAhead.rawValue { numberedAhead += 1 }
        }
        try state.settle(batch, answer, in: collection, at: now())
    }

    private func nextContent(_ maximumItems: Int, _ maximumBytes: Int) throws -> PushBatch {
        var batch = PushBatch()
        var pending: [PendingStatement] = []
        var exhausted: [PendingStatement] = []
        let changes = try scan.changes(after: lastChanged, limit: maximumItems)
        isContentDone = changes.count < maximumItems
        let microseconds = now().microseconds
        for change in changes {
            guard let item = try scan.content(of: change) else {
                changedWhileRead += 1
                lastChanged = change.id
                continue
            }
            let numbered = OfferedStatement.revision(
                after: change.offered,
                for: change.checksum,
                item.vectorDigest,
                isRetraction: false,
                now: microseconds
            )
            guard let revision = numbered else {
                exhausted.append(PendingStatement(change, item, scan.table))
                lastChanged = change.id
                continue
            }
            let before = batch.body.count
            PushLine.append(
                id: item.id,
                revision: revision,
                checksum: item.checksum,
                payload: item.payload,
                vector: item.vector,
                to: &batch.body
            )
            if batch.body.count > maximumBytes, !batch.items.isEmpty {
                batch.body.removeLast(batch.body.count - before)
                isContentDone = false
                break
            }
            lastChanged = change.id
            batch.items.append(
                PushBatch.Item(id: item.id, revision: revision, isRetraction: false, end: batch.body.count)
            )
            pending.append(PendingStatement(change, item, scan.table, revision: revision))
        }
        try state.savePending(pending, in: collection)
        try state.holdExhausted(exhausted, in: collection)
        return batch
    }

    private func nextRetractions(_ maximumItems: Int) throws -> PushBatch? {
        guard retracts else { return nil }
        while true {
            let found = try scan.table.retractions(after: lastRetracted, limit: maximumItems)
            guard !found.isEmpty else { return nil }
            let batch = try retractionBatch(found)
            if !batch.items.isEmpty { return batch }
        }
    }

    /// The retractions of `found` that can be numbered.
    private func retractionBatch(_ found: [(id: PatternID, offered: OfferedStatement)]) throws -> PushBatch {
        var batch = PushBatch()
        var pending: [PendingStatement] = []
        var exhausted: [PendingStatement] = []
        let microseconds = now().microseconds
        for (id, offered) in found {
            lastRetracted = id
            let checksum = PatternChecksum.retraction(
                collection: scan.policy.collection,
                id: id,
                hasher: state.hasher
            )
            let numbered = OfferedStatement.revision(
                after: offered,
                for: checksum,
                .none,
                isRetraction: true,
                now: microseconds
            )
            var statement = PendingStatement(
                id: id,
                revision: offered.revision,
                checksum: checksum,
                vectorDigest: .none,
                isRetraction: true
            )
            guard let revision = numbered else {
                exhausted.append(statement)
                continue
            }
            statement.revision = revision
            PushLine.appendRetraction(id: id, revision: revision, to: &batch.body)
            batch.items.append(PushBatch.Item(id: id, revision: revision, isRetraction: true, end: batch.body.count))
            pending.append(statement)
        }
        try state.savePending(pending, in: collection)
        try state.holdExhausted(exhausted, in: collection)
        return batch
    }
}

extension PendingStatement {
    /// The content `item` of `change` under `revision`, or under its last one.
    fileprivate init(_ change: ScanTable.Change, _ item: SourceItem, _ table: ScanTable, revision: Int64? = nil) {
        self.init(
            id: change.id,
            revision: revision ?? change.offered?.revision ?? 0,
            checksum: change.checksum,
            vectorDigest: item.vectorDigest,
            isRetraction: false,
            part: table.parts[change.place.part].number
        )
    }
}
