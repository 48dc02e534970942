import Federation
import HubStore
import Replication

/// Statements of certain keys, for an upstream that was found to lack them.
final class SelectedRelaySource: ContributionSource {
    private let store: Store
    private let collection: CollectionName
    private var keys: [ContributionKey]
    /// Where the counts and refusals of what is pushed are kept; the position is left as it is.
    private let position: UpstreamPosition
    private let now: @Sendable () -> Timestamp
    /// Called where the upstream refused what it may take later.
    private let onRefusedForNow: () -> Void

    init(
        store: Store,
        keys: [ContributionKey],
        at position: UpstreamPosition,
        now: @escaping @Sendable () -> Timestamp,
        onRefusedForNow: @escaping () -> Void
    ) {
        self.store = store
        self.keys = keys
        self.position = position
        self.now = now
        self.onRefusedForNow = onRefusedForNow
        collection = position.collection
    }

    func nextBatch(maximumItems: Int, maximumBytes: Int) throws -> Replication.PushBatch? {
        while !keys.isEmpty {
            let (store, collection, portion) = (store, collection, Array(keys.prefix(maximumItems)))
            keys.removeFirst(portion.count)
            let batch = try BlockingCall.result { try await store.contributionsToRelay(of: collection, keys: portion) }
            if !batch.items.isEmpty { return Replication.PushBatch(batch) }
        }
        return nil
    }

    func settle(_ batch: Replication.PushBatch, _ answer: PushAnswer) throws {
        var answers = PushedItems()
        answers.add(batch, answer, collection: collection)
        if answers.hasRefusedForNow { onRefusedForNow() }
        var position = position
        position.items = answers.accepted
        let (store, saved, said, now) = (store, position, answers, now())
        try BlockingCall.result {
            try await store.savePush(saved, refusals: said.refusals, settled: said.settled, now: now)
        }
    }
}
