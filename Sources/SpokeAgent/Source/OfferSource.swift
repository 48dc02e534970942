internal import Digest
internal import Federation
internal import Replication

/// What a scan found to be said to the hub: changed content first, then what is to be taken back.
final class OfferSource: ContributionSource {
    /// Content that could not be sent because its file was changed while it was read; the next round sends it.
    private(set) var changedWhileRead: Int64 = 0

    private let scan: CollectionScan
    private let state: SpokeState
    private let collection: Int64
    private let now: () -> Timestamp
    private let retracts: Bool
    /// The position in the scan behind the last change taken.
    private var line: Int64 = 0
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

    func nextBatch(maximumItems: Int, maximumBytes: Int) throws -> PushBatch? {
        while !isContentDone {
            let batch = try nextContent(maximumItems, maximumBytes)
            if !batch.items.isEmpty { return batch }
        }
        return try nextRetractions(maximumItems)
    }

    func settle(_ batch: PushBatch, _ answer: PushAnswer) throws {
        try state.settle(batch, answer, in: collection, at: now())
    }

    private func nextContent(_ maximumItems: Int, _ maximumBytes: Int) throws -> PushBatch {
        var batch = PushBatch()
        var pending: [PendingStatement] = []
        let changes = try scan.table.changes(after: line, limit: maximumItems)
        isContentDone = changes.count < maximumItems
        let microseconds = now().microseconds
        for change in changes {
            guard let item = try scan.content(of: change) else {
                changedWhileRead += 1
                line = change.line
                continue
            }
            let revision = OfferedStatement.revision(
                after: change.offered,
                for: change.checksum,
                change.vectorDigest,
                isRetraction: false,
                now: microseconds
            )
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
            line = change.line
            batch.items.append(
                PushBatch.Item(id: item.id, revision: revision, isRetraction: false, end: batch.body.count)
            )
            pending.append(
                PendingStatement(
                    id: item.id,
                    revision: revision,
                    checksum: change.checksum,
                    vectorDigest: change.vectorDigest,
                    isRetraction: false
                )
            )
        }
        try state.savePending(pending, in: collection)
        return batch
    }

    private func nextRetractions(_ maximumItems: Int) throws -> PushBatch? {
        guard retracts else { return nil }
        var batch = PushBatch()
        var pending: [PendingStatement] = []
        let microseconds = now().microseconds
        for (id, offered) in try scan.table.retractions(after: lastRetracted, limit: maximumItems) {
            let checksum = PatternChecksum.retraction(
                collection: scan.policy.collection,
                id: id,
                hasher: state.hasher
            )
            let revision = OfferedStatement.revision(
                after: offered,
                for: checksum,
                .none,
                isRetraction: true,
                now: microseconds
            )
            PushLine.appendRetraction(id: id, revision: revision, to: &batch.body)
            batch.items.append(PushBatch.Item(id: id, revision: revision, isRetraction: true, end: batch.body.count))
            pending.append(
                PendingStatement(
                    id: id,
                    revision: revision,
                    checksum: checksum,
                    vectorDigest: .none,
                    isRetraction: true
                )
            )
            lastRetracted = id
        }
        guard !batch.items.isEmpty else { return nil }
        try state.savePending(pending, in: collection)
        return batch
    }
}
