import Federation
import HubStore
import Replication

/// The thread of a link that pushes: at once when something changed here, and at the latest every sync interval.
final class LinkPusher {
    /// How long it waits at most before it looks whether the link is to end.
    private static let slice = Duration.seconds(1)
    /// Whose statements are not sent back is found out no more often than this.
    private static let filterAge = Duration.seconds(5)

    private let link: UpstreamLink
    private var client: HubClient?
    /// Numbers of this hub's feeds up to which everything was pushed.
    private var pushed: [UpstreamPosition.Feed: [CollectionName: Int64]] = [:]
    /// Which setting of the positions they go on from.
    private var generation: UInt64?
    private var filter: (value: RelayFilter, readAt: ContinuousClock.Instant)?
    /// Collections that fail by themselves.
    private var failing = FailingCollections()

    init(_ link: UpstreamLink) {
        self.link = link
    }

    /// Pushes until the link ends.
    func run() {
        link.repeating(.push) {
            guard let (contact, generation) = link.state.contact else {
                link.stop.pause(LinkPusher.slice) { link.state.contact != nil }
                return
            }
            if generation != self.generation {
                try readPositions()
                self.generation = generation
            }
            let hub = link.hub
            let seen = try BlockingCall.result { await hub.signal.generation() }
            try push(contact)
            if failing.isEmpty { link.state.succeeded(.push) }
            try waitForChanges(beyond: seen)
        }
    }

    private func readPositions() throws {
        pushed = [:]
        for position in try link.positions() where position.direction == .push {
            pushed[position.feed, default: [:]][position.collection] = position.number
        }
        filter = nil
    }

    private func push(_ contact: UpstreamContact) throws {
        let client = try self.client ?? link.client()
        self.client = client
        let hub = link.hub
        let heads = try BlockingCall.result { try await hub.store.feedNumbers() }
        // Of others the status tells; as soon as the upstream has them, this goes on.
        let carried = heads.filter { link.upstream.carries($0.key) && contact.collections.contains($0.key) }
        failing.keep(only: Set(carried.keys))
        var (refused, hasFailed): ([String], Bool) = ([], false)
        for collection in failing.order(of: carried.keys.sorted()) where failing.isDue(collection, .now) {
            guard let head = carried[collection] else { continue }
            let wentWell = try link.trying(collection, &failing, client) {
                // Decisions first: a text that was said again after its erasure was lifted goes behind both.
                let failure = try link.failure {
                    guard head.resolutions > pushed[.resolutions]?[collection] ?? 0 else { return }
                    refused += try pushResolutions(to: collection, client).map { "\(collection): \($0)" }
                }
                if head.contributions > pushed[.contributions]?[collection] ?? 0 {
                    try pushContributions(to: collection, client)
                }
                if let failure { throw failure }
            }
            if !wentWell { hasFailed = true }
        }
        link.state.note(unpushed: failing.collections)
        if hasFailed, let error = failing.error { link.state.failed(.push, error) }
        guard refused.isEmpty else { throw ReplicationError(.configuration, refused.joined(separator: "; ")) }
    }

    private func pushContributions(to collection: CollectionName, _ client: HubClient) throws {
        let source = RelaySource(
            store: link.hub.store,
            url: link.upstream.url,
            collection: collection,
            filter: try presentFilter(),
            after: pushed[.contributions]?[collection] ?? 0,
            now: link.hub.now
        )
        defer { pushed[.contributions, default: [:]][collection] = source.number }
        var tally = PushTally()
        try PushCycle(client: client, collection: collection).run(source, &tally)
        if tally.sent > 0 { link.state.answered() }
        if source.hasRefusedForNow { link.state.compare(in: link.syncInterval) }
    }

    /// Passes on what was resolved; returns why the upstream did not take some of it.
    private func pushResolutions(to collection: CollectionName, _ client: HubClient) throws -> [String] {
        let (store, now) = (link.hub.store, link.hub.now)
        var refused: [String] = []
        // What was pulled from there moves the position too.
        for position in try link.positions() where position.direction == .push && position.feed == .resolutions {
            pushed[.resolutions, default: [:]][position.collection] = position.number
        }
        while true {
            let number = pushed[.resolutions]?[collection] ?? 0
            let (body, count, through) = try BlockingCall.result {
                try await store.resolutionsToRelay(
                    of: collection,
                    after: number,
                    maximumItems: TransferLimits.resolutionItems
                )
            }
            guard through > number else { return refused }
            var position = link.position(collection, .resolutions, .push, number: through)
            if count > 0 {
                let answer = try client.retrying { try client.push(resolutions: body, count: count, to: collection) }
                link.state.answered()
                position.items = answer.accepted
                refused += answer.refused
            }
            let saved = position
            try BlockingCall.result { try await store.savePush(saved, refusals: [], settled: [], now: now()) }
            pushed[.resolutions, default: [:]][collection] = through
        }
    }

    private func presentFilter() throws -> RelayFilter {
        if let filter, ContinuousClock.now - filter.readAt < LinkPusher.filterAge { return filter.value }
        let value = try link.filter()
        filter = (value, .now)
        return value
    }

    /// Waits until something changed here since `seen`, or positions were set anew, or the sync interval is over, or a
    /// collection that failed is to be tried again.
    private func waitForChanges(beyond seen: UInt64) throws {
        let interval = ContinuousClock.now + link.syncInterval
        let end = failing.nextTry.map { min($0, interval) } ?? interval
        let signal = link.hub.signal
        while !link.stop.isSet, ContinuousClock.now < end, link.state.contact?.generation == generation {
            let began = ContinuousClock.now
            if try BlockingCall.result(of: { await signal.wait(beyond: seen, atMost: LinkPusher.slice) }) { return }
            // A hub that is stopping lets everybody go at once.
            if ContinuousClock.now - began < LinkPusher.slice / 2 { link.stop.pause(LinkPusher.slice / 10) }
        }
    }
}
