import Digest
import Federation
import TestSupport

/// Hubs, their links and their nodes, to which anything may happen.
struct Network {
    let policy: CollectionPolicy
    let flaw: Flaw?
    var generator: SplitMix64
    var hubs: [HubReplica] = []
    var links: [Link] = []
    var spokes: [SpokeReplica] = []
    var backups: [HubReplica] = []
    var late: [LateDelivery] = []
    /// Everything that any hub accepted from who said it.
    var history: [Contribution] = []
    /// Everything that operators decided.
    var decided: [Resolution] = []
    /// Subjects whose text was erased: nothing else is decided about them, as erasing cannot be taken back.
    var erased: Set<Resolution.Subject> = []
    /// Verdicts of what hubs passed on to each other that should never occur.
    var refusals: [Refusal] = []
    /// What hubs passed on to each other and the other had already.
    var repetitions = 0
    /// How often a hub became what it was before.
    var restored = 0
    private var clock: Int64 = 1_790_000_000_000_000

    static let patterns = 5

    init(_ topology: Topology, seed: UInt64, strategy: ConflictStrategy, flaw: Flaw? = nil) {
        self.flaw = flaw
        policy = Histories.policy(strategy)
        generator = SplitMix64(seed: seed)
        let edges = topology.edges(using: &generator)
        let count = (edges.flatMap { [$0.hub, $0.upstream] }.max() ?? 0) + 1
        hubs = (0..<count).map { number in
            let name = Histories.known(NodeName(flaw == .sharesNames ? "hub" : "hub-\(number)"))
            return HubReplica(number: number, name: name, epoch: number, policy: policy, flaw: flaw)
        }
        backups = hubs
        links = edges.map { edge in
            // A hub may be enrolled under its own name or under another one.
            let isNamed = Bool.random(using: &generator)
            let node = isNamed ? "hub-\(edge.hub)" : "region-\(edge.hub)"
            return Link(hub: edge.hub, upstream: edge.upstream, node: Histories.known(NodeName(node)))
        }
        spokes = (0..<Int.random(in: 3...5, using: &generator)).map { number in
            let places = Set([randomHub()] + (Int.random(in: 0..<3, using: &generator) == 0 ? [randomHub()] : []))
            return SpokeReplica(name: Histories.known(NodeName("node-\(number)")), hubs: places)
        }
    }

    mutating func randomHub() -> Int { Int.random(in: hubs.indices, using: &generator) }

    /// The time, never the same twice.
    mutating func now() -> Timestamp {
        clock += 1
        return Timestamp(microseconds: clock)
    }

    /// A history begun anew.
    mutating func newEpoch() -> Int { Int(now().microseconds) }

    /// A spoke tells one of its hubs some of what it has to say, or everything.
    mutating func offer(_ spoke: Int, to hub: Int, _ patterns: [String]? = nil) {
        let said = spokes[spoke].said[hub] ?? [:]
        let items = (patterns ?? said.keys.sorted()).compactMap { said[$0] }
        guard !items.isEmpty else { return }
        let outcome = hubs[hub].hear(items, from: spokes[spoke].name, now: now())
        history += outcome.kept
    }

    /// Lines arrive at a hub.
    mutating func deliver(_ lines: some Sequence<[UInt8]>, to hub: Int, from relay: NodeName) {
        let outcome = hubs[hub].take(Array(lines), from: relay, now: now())
        for verdict in outcome.verdicts {
            switch verdict {
            case .refused(let refusal): refusals.append(refusal)
            case .unchanged, .stale: repetitions += 1
            case .accepted: break
            }
        }
    }
}
