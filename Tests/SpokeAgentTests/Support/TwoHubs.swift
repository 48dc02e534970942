import Federation
import Replication
import SpokeAgent

/// A spoke with two hubs, and with peers where a test adds some.
final class TwoHubs {
    let clock = TestClock()
    let first: FakeHub
    let second: FakeHub
    let spoke: Spoke
    /// Hubs that are only pulled.
    var peers: [FakeHub] = []
    /// Hubs that are away.
    var away: Set<String> = []
    var notices: [String] = []

    init() {
        first = FakeHub(clock: clock)
        second = FakeHub(clock: clock)
        second.hub = "22222222-2222-4222-8222-222222222222"
        spoke = Spoke("alice", first, clock)
    }

    /// The hubs as a program finds them when it is started.
    func open() throws -> HubSet {
        try hubSet { folder, hubs, others in
            try SpokeStates(folder, hubs: hubs, peers: others, at: clock.now) { notices.append($0) }
        }
    }

    private func hubSet(
        _ states: (StateFolder, [HubSettings], [HubSettings]) throws -> SpokeStates
    ) throws -> HubSet {
        let hubs = try [settings("first"), settings("second")]
        let others = try peers.indices.map { try settings("peer\($0)") }
        let common = try SpokeSettings(
            endpoint: hubs[0].endpoint,
            node: hubs[0].node,
            sources: spoke.sources.map { JSONLSource(folder: spoke.folder($0)) },
            sinks: spoke.sinks.map { JSONLSink(folder: spoke.folder($0)) }
        )
        let clients = zip(hubs + others, [first, second] + peers).map(client)
        return try states(StateFolder(spoke.folder("state")), hubs, others)
            .hubSet(common, hubs: hubs, peers: others, clients: clients) { _ in }
    }

    /// What the next push would send, in a process of its own.
    func preview() throws -> (report: PreviewReport, items: [PreviewItem]) {
        let hubs = try hubSet(SpokeStates.init(rehearsing:hubs:peers:))
        var items: [PreviewItem] = []
        let report = try hubs.preview(in: clock.environment) { items.append($0) }
        return (report, items)
    }

    /// One round in a process of its own.
    func sync() throws -> RoundReport {
        clock.advance(.seconds(60))
        return try open().round(.sync, in: clock.environment)
    }

    /// Has what each of the two hubs lacks of the other come there.
    func join() throws {
        for (from, to) in [(first, second), (second, first)] {
            for (collection, rows) in from.contributions {
                for (key, row) in rows.sorted(by: { $0.value.number < $1.value.number }) {
                    let held = to.contributions[collection]?[key]?.contribution.version
                    if let held, held >= row.contribution.version { continue }
                    to.keep(row.contribution, in: collection)
                }
            }
        }
    }

    private func settings(_ name: String) throws -> HubSettings {
        guard let endpoint = HubEndpoint("http://\(name).example:8092"), let node = NodeName("alice") else {
            throw SpokeError(.usage, "no endpoint")
        }
        return HubSettings(endpoint: endpoint, node: node, tokenFile: "none")
    }

    private func client(_ settings: HubSettings, _ hub: FakeHub) -> HubClient {
        HubClient(
            endpoint: settings.endpoint,
            node: settings.node,
            transport: Line(hub: hub, name: settings.endpoint.host, hubs: self),
            environment: clock.environment,
            token: { "tributary_test_test" }
        )
    }

    /// What leads to a hub, as long as that is not away.
    private final class Line: HubTransport {
        private let hub: FakeHub
        private let name: String
        private let hubs: TwoHubs

        init(hub: FakeHub, name: String, hubs: TwoHubs) {
            self.hub = hub
            self.name = name
            self.hubs = hubs
        }

        func exchange(
            _ request: HubRequest,
            onHead: (HubReply) throws -> Void,
            onBody: (UnsafeRawBufferPointer) throws -> Void
        ) throws -> HubReply {
            guard !hubs.away.contains(name) else {
                throw ReplicationError(.unreachable, "\(name) is away")
            }
            return try hub.exchange(request, onHead: onHead, onBody: onBody)
        }
    }
}
