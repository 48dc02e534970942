package import Federation

/// Collections of one link that failed by themselves, and when each is tried again: the others go on meanwhile.
package struct FailingCollections: Sendable {
    /// Between tries of one collection.
    package static let backoff = Backoff(first: .milliseconds(500), greatest: .seconds(30))
    /// The wait after a try is at least so many times what it took, so that collections whose tries are slow leave most of
    /// the link's time to the others.
    package static let waitPerTry = 4
    /// No wait is longer, however long a try took and whatever the hub asks for.
    package static let greatestWait = Duration.seconds(900)
    /// Failures that are told at once.
    private static let shown = 8

    private struct Failure {
        var count = 0
        var retryAt: ContinuousClock.Instant
        var error: ReplicationError
    }

    private var failures: [CollectionName: Failure] = [:]

    package init() {}

    package var isEmpty: Bool { failures.isEmpty }

    /// The collections that failed when they were tried last.
    package var collections: Set<CollectionName> { Set(failures.keys) }

    /// When the first of them is to be tried again.
    package var nextTry: ContinuousClock.Instant? { failures.values.map(\.retryAt).min() }

    /// `collections` in the order in which they are to be tried: those that failed last behind the others.
    package func order(of collections: [CollectionName]) -> [CollectionName] {
        collections.filter { failures[$0] == nil } + collections.filter { failures[$0] != nil }
    }

    /// Whether `collection` is to be tried at `now`.
    package func isDue(_ collection: CollectionName, _ now: ContinuousClock.Instant) -> Bool {
        failures[collection].map { $0.retryAt <= now } ?? true
    }

    /// Notes that a try of `collection`, which took `duration` and ended at `now`, failed with `error`; `chance` is a
    /// random number from 0 to 1.
    package mutating func note(
        _ error: ReplicationError,
        of collection: CollectionName,
        after duration: Duration,
        now: ContinuousClock.Instant,
        chance: Double
    ) {
        let count = (failures[collection]?.count ?? 0) + 1
        let own = FailingCollections.backoff.delay(afterFailures: count, retryAfter: nil, chance: chance)
        let wait = max(own, duration * FailingCollections.waitPerTry, error.retryAfter ?? .zero)
        failures[collection] = Failure(
            count: count,
            retryAt: now + min(wait, FailingCollections.greatestWait),
            error: error
        )
    }

    /// Notes that a try of `collection` went well.
    package mutating func succeeded(_ collection: CollectionName) {
        failures[collection] = nil
    }

    /// Forgets the collections that no longer travel.
    package mutating func keep(only collections: Set<CollectionName>) {
        failures = failures.filter { collections.contains($0.key) }
    }

    /// What is wrong with which collections; `nil` where nothing is.
    package var error: ReplicationError? {
        let sorted = failures.sorted { $0.key < $1.key }
        guard let first = sorted.first else { return nil }
        let others = sorted.count - FailingCollections.shown
        let texts = sorted.prefix(FailingCollections.shown).map { "\($0.key): \($0.value.error)" }
        let more = others > 0 ? ["and \(others) more"] : []
        return ReplicationError(first.value.error.kind, (texts + more).joined(separator: "; "))
    }
}
