import Federation
import HubStore
import Replication

/// What this hub has to pass on to an upstream of one collection: everything behind the position, in feed order, that
/// did not come from there.
final class RelaySource: ContributionSource {
    private let store: Store
    private let url: String
    private let collection: CollectionName
    private let filter: RelayFilter
    private let now: @Sendable () -> Timestamp
    /// Up to here everything is settled.
    private(set) var number: Int64
    /// What is being pushed, and how many of its items are settled.
    private var pending: (through: Int64, count: Int)?
    private var answers = PushedItems()
    /// Whether the upstream refused what it may take later.
    private(set) var hasRefusedForNow = false

    /// A source of what lies behind `number` of the contributions feed.
    init(
        store: Store,
        url: String,
        collection: CollectionName,
        filter: RelayFilter,
        after number: Int64,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.store = store
        self.url = url
        self.collection = collection
        self.filter = filter
        self.number = number
        self.now = now
    }

    func nextBatch(maximumItems: Int, maximumBytes: Int) throws -> Replication.PushBatch? {
        while true {
            let (store, collection, filter, number) = (store, collection, filter, number)
            let batch = try BlockingCall.result {
                try await store.contributionsToRelay(
                    of: collection,
                    after: number,
                    filter: filter,
                    maximumItems: maximumItems,
                    maximumBytes: maximumBytes
                )
            }
            if !batch.items.isEmpty {
                pending = (batch.through, batch.items.count)
                answers = PushedItems()
                return Replication.PushBatch(batch)
            }
            // Nothing of it is for the upstream, so it is settled.
            if batch.through > number { try save(through: batch.through) }
            guard batch.hasMore, batch.through > number else { return nil }
        }
    }

    func settle(_ batch: Replication.PushBatch, _ answer: PushAnswer) throws {
        answers.add(batch, answer, collection: collection)
        // A batch that was too large comes back in parts; the position lies behind the last of them.
        guard let pending, answers.count >= pending.count else { return }
        self.pending = nil
        try save(through: pending.through)
    }

    private func save(through: Int64) throws {
        let position = UpstreamPosition(
            url: url,
            collection: collection,
            feed: .contributions,
            direction: .push,
            number: through,
            items: answers.accepted
        )
        let (store, answers, now) = (store, answers, now())
        try BlockingCall.result {
            try await store.savePush(position, refusals: answers.refusals, settled: answers.settled, now: now)
        }
        if answers.hasRefusedForNow { hasRefusedForNow = true }
        self.answers = PushedItems()
        number = through
    }
}

/// What an upstream said of pushed statements.
struct PushedItems: Sendable {
    var count = 0
    /// Statements that were new there.
    var accepted: Int64 = 0
    var refusals: [UpstreamRefusal] = []
    /// What it took, or had in this or a newer version.
    var settled: [ContributionKey] = []
    /// Whether some of what it refused may be taken later.
    var hasRefusedForNow = false

    mutating func add(_ batch: Replication.PushBatch, _ answer: PushAnswer, collection: CollectionName) {
        for (item, outcome) in zip(batch.items, answer.outcomes) {
            count += 1
            guard let origin = item.origin else { continue }
            let key = ContributionKey(id: item.id, origin: origin)
            guard case .refused(let refusal) = outcome else {
                if outcome == .accepted { accepted += 1 }
                settled.append(key)
                continue
            }
            if refusal.isRetryable { hasRefusedForNow = true }
            refusals.append(
                UpstreamRefusal(
                    collection: collection,
                    key: key,
                    revision: item.revision,
                    code: refusal.code,
                    detail: refusal.detail
                )
            )
        }
    }
}

extension Replication.PushBatch {
    /// Statements to pass on, as they are pushed.
    init(_ batch: RelayBatch) {
        self.init(
            items: batch.items.map { item in
                Item(
                    id: item.key.id,
                    origin: item.key.origin,
                    revision: item.revision,
                    isRetraction: item.isRetraction,
                    end: item.end
                )
            },
            body: batch.body
        )
    }
}
