import Federation
import HubStore
import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import PostgresCluster
import ServiceLifecycle
import Synchronization
import UnixSignals

/// A serving hub, from its configuration to its services.
package struct HubApplication: Sendable {
    private static let shutdownDeadline: Duration = .seconds(40)
    /// Who holds leases in a database that one process alone uses.
    private static let soleHolder = [UInt8](repeating: 1, count: 16)

    private let configuration: HubConfiguration
    private let logger: Logger

    package init(configuration: HubConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Serves until SIGTERM or SIGINT.
    ///
    /// `ready` is told once, in one line, when requests are answered.
    package func run(ready: @escaping @Sendable (String) -> Void) async throws {
        guard let databaseURL = configuration.databaseURL else {
            return try await runEmbedded(ready: ready)
        }
        if Store.passwordIsInline(in: databaseURL) {
            logger.warning("the database URL carries a password, which others on this machine can see; use passfile=")
        }
        try await serve(databaseURL, cluster: nil, ready: ready)
    }

    private func runEmbedded(ready: @escaping @Sendable (String) -> Void) async throws {
        PostgresCluster.forgetRedirections()
        let cluster = try PostgresCluster(
            directory: configuration.dataDirectory,
            configuration: ClusterConfiguration(account: configuration.databaseAccount)
        )
        try await cluster.start()
        do {
            try await serve(cluster.connectionString, cluster: cluster, ready: ready)
        } catch {
            try? await cluster.stop()
            throw error
        }
        try await cluster.stop()
    }

    private func serve(
        _ connectionString: String,
        cluster: PostgresCluster?,
        ready: @escaping @Sendable (String) -> Void
    ) async throws {
        let store = try await Store.open(
            connectionString,
            poolSize: configuration.poolSize,
            now: Live.now(),
            newIdentity: Live.newIdentity
        )
        do {
            try await checkExposure(store)
            try await setUp(store)
            let group = try await services(for: store, cluster: cluster, ready: ready)
            try await group.run()
        } catch {
            await store.close()
            throw error
        }
        await store.close()
    }

    /// Who nobody can prove to be has no business on the network.
    private func checkExposure(_ store: Store) async throws {
        guard !configuration.listen.isLoopback, try await !store.hasEnrolledNodes() else { return }
        throw HubStartError(
            "no node has a token yet, so the hub does not listen beyond this machine (\(configuration.listen)); enrol one "
                + "with `tributary-hub node add NAME --data-dir DIR`, or listen on 127.0.0.1"
        )
    }

    /// Stores what the configuration says about this hub among others.
    private func setUp(_ store: Store) async throws {
        if let name = configuration.name { try await store.setHubName(name) }
        if let upstreams = configuration.upstreams { try await store.configureUpstreams(upstreams, now: Live.now()) }
    }

    private func services(
        for store: Store,
        cluster: PostgresCluster?,
        ready: @escaping @Sendable (String) -> Void
    ) async throws -> ServiceGroup {
        let signal = FeedSignal()
        let hub = Hub(
            store: store,
            signal: signal,
            metrics: HubMetrics(),
            logger: logger,
            now: Live.now,
            trustedCertificates: configuration.trustedCertificates
        )
        let identity = try await store.currentIdentity()
        let announcement = Announcement(
            identity: identity,
            expecting: configuration.metricsListen == nil ? 1 : 2,
            ready: ready
        )
        var services: [any Service] = []
        if let cluster { services.append(ClusterWatch(cluster: cluster, logger: logger)) }
        services.append(FeedWatch(listener: FeedListener(store), signal: signal))
        services.append(
            Maintenance(hub: hub, historyDays: configuration.historyDays, historyRows: configuration.historyRows)
        )
        if let address = configuration.metricsListen {
            services.append(
                server(MetricsRouter.make(hub), address, option: "--metrics-listen") {
                    announcement.running("metrics on", $0, path: "/metrics")
                }
            )
        }
        let router = HubRouter.make(hub) { UUIDText.format(Live.newIdentity()) }
        let connections = OpenConnections()
        services.append(connections)
        services.append(
            server(router, configuration.listen, option: "--listen", connections) {
                announcement.running("serving on", $0, path: "")
            }
        )
        // Nobody else has an embedded database, so what a killed hub held of it is this one's at once.
        let holder = cluster == nil ? Live.newIdentity() : HubApplication.soleHolder
        services.append(UpstreamLinks(hub: hub, holder: holder))
        services.append(WaitersRelease(signal: signal))
        var group = ServiceGroupConfiguration(
            services: services,
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        group.maximumGracefulShutdownDuration = HubApplication.shutdownDeadline
        return ServiceGroup(configuration: group)
    }

    private func server<Context: RequestContext>(
        _ router: Router<Context>,
        _ address: ListenAddress,
        option: String,
        _ connections: OpenConnections = OpenConnections(),
        running: @escaping @Sendable (Int?) -> Void
    ) -> Listener where Context.Source == ApplicationRequestContextSource {
        let application = Application(
            router: router,
            server: HTTPServerBuilder { responder in
                let idle = HTTP1Channel.Configuration(idleTimeout: .seconds(HubDeadlines.idleSeconds))
                return GatedChannel(
                    http: HTTP1Channel(responder: responder, configuration: idle),
                    connections: connections
                )
            },
            configuration: .init(
                address: .hostname(address.host, port: address.port),
                serverName: "tributary-hub",
                availableConnectionsDelegate: MaximumAvailableConnections(HubDeadlines.connections)
            ),
            onServerRunning: { channel in running(channel.localAddress?.port) },
            logger: logger
        )
        return Listener(address: address, option: option, server: application)
    }
}

/// Says that the hub is ready once all its servers are.
private final class Announcement: Sendable {
    private let identity: HubIdentity
    private let expected: Int
    private let ready: @Sendable (String) -> Void
    private let parts = Mutex<[String]>([])

    init(identity: HubIdentity, expecting expected: Int, ready: @escaping @Sendable (String) -> Void) {
        self.identity = identity
        self.expected = expected
        self.ready = ready
    }

    func running(_ what: String, _ port: Int?, path: String) {
        let complete = parts.withLock { parts -> [String]? in
            parts.append("\(what) \(port.map(String.init) ?? "?")\(path)")
            return parts.count == expected ? parts : nil
        }
        guard let complete else { return }
        ready("tributary-hub ready: \(complete.sorted(by: >).joined(separator: ", ")), hub \(identity.hub)")
    }
}
