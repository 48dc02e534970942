import Dispatch
import Federation
import HubStore
import Replication

/// Replication with one upstream while this process has the lease: one thread pushes, one pulls.
///
/// Threads, because what goes over the network blocks, and Swift's cooperative pool must not.
final class UpstreamLink: Sendable {
    /// Between rounds that fail: short, because a whole region waits, and asking costs one small request.
    private static let backoff = Backoff(first: .milliseconds(500), greatest: .seconds(30))
    /// The longest wait that an upstream can ask for.
    private static let longestRetryAfter = Duration.seconds(300)

    let upstream: Upstream
    let endpoint: HubEndpoint
    let hub: Hub
    let state: LinkState
    let stop = StopFlag()
    private let ended = DispatchGroup()

    /// A link to `upstream`; throws a ``ReplicationError`` where its address is none.
    init(to upstream: Upstream, hub: Hub) throws(ReplicationError) {
        guard let endpoint = HubEndpoint(upstream.url) else {
            throw ReplicationError(
                .configuration,
                "\(ShownText.of(upstream.url)) is no http or https URL of a hub; remove it and add it with its address"
            )
        }
        self.upstream = upstream
        self.endpoint = endpoint
        self.hub = hub
        state = LinkState(hub: hub, url: upstream.url)
    }

    /// Begins to replicate.
    func start() {
        run("pull") { LinkPuller(self).run() }
        run("push") { LinkPusher(self).run() }
    }

    /// Asks both threads to end, and returns when they have; what was acknowledged is kept.
    func end() async {
        stop.set()
        await withCheckedContinuation { continuation in
            ended.notify(queue: .global()) { continuation.resume() }
        }
    }

    private func run(_ name: String, _ body: @escaping @Sendable () -> Void) {
        DispatchQueue(label: "tributary.upstream.\(name)").async(group: ended, execute: DispatchWorkItem(block: body))
    }

    /// Runs `round` again and again until the link ends; waits longer after each failure in a row.
    func repeating(_ side: LinkState.Side, _ round: () throws -> Void) {
        var failures = 0
        while !stop.isSet {
            do {
                try round()
                failures = 0
            } catch {
                guard !stop.isSet else { return }
                failures += 1
                state.failed(side, error)
                stop.pause(wait(afterFailures: failures, (error as? ReplicationError)?.retryAfter))
            }
        }
    }

    private func wait(afterFailures failures: Int, _ retryAfter: Duration?) -> Duration {
        let chance = Double.random(in: 0..<1)
        let own = UpstreamLink.backoff.delay(afterFailures: failures, retryAfter: nil, chance: chance)
        guard let retryAfter else { return own }
        let asked = Backoff(first: retryAfter, greatest: UpstreamLink.longestRetryAfter)
        return max(own, asked.delay(afterFailures: 1, retryAfter: retryAfter, chance: chance))
    }

    /// A client for the calling thread alone.
    func client() throws -> HubClient {
        let token = UpstreamTokenFile(path: upstream.tokenFile)
        let hub = hub
        let own = try BlockingCall.result { try await hub.store.currentIdentity() }
        var environment = stop.environment(now: hub.now)
        environment.decode = { try hub.decoding.take($0) }
        return HubClient(
            endpoint: endpoint,
            node: upstream.node,
            hub: own.hub,
            transport: try CurlTransport(
                endpoint: endpoint,
                trustedCertificates: hub.trustedCertificates,
                shouldStop: { self.stop.isSet }
            ),
            environment: environment,
            token: { try token.read() }
        )
    }

    /// What is passed on to the upstream: nothing that came from there.
    func filter() throws -> RelayFilter {
        let (hub, url) = (hub, upstream.url)
        let names = try BlockingCall.result { try await hub.store.echoes(of: url) }
        return RelayFilter(excluding: names, minValue: upstream.minValue)
    }

    var syncInterval: Duration { .seconds(Int64(upstream.syncIntervalSeconds)) }

    /// The positions as they are stored.
    func positions() throws -> [UpstreamPosition] {
        let (hub, url) = (hub, upstream.url)
        return try BlockingCall.result { try await hub.store.upstreamPositions(of: url) }
    }

    /// The least that says where replication of one feed in one direction has come to.
    func position(
        _ collection: CollectionName,
        _ feed: UpstreamPosition.Feed,
        _ direction: UpstreamPosition.Direction,
        number: Int64,
        cursor: String? = nil
    ) -> UpstreamPosition {
        UpstreamPosition(
            url: upstream.url,
            collection: collection,
            feed: feed,
            direction: direction,
            cursor: cursor,
            number: number
        )
    }
}
