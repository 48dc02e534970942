import Digest
import Federation
import Replication
import TestSupport

/// Two hubs that have come apart, and a connection between them.
struct Pair {
    let hub = MemoryHub()
    let side = MemorySide()
    let client: HubClient

    /// Two hubs with so many statements in common, apart in so many.
    init(
        _ divergence: ReconciliationTests.Divergence,
        differences: Int,
        statements: Int = 1_000,
        random: inout SplitMix64
    ) {
        client = Pair.client(hub)
        var common = Statements()
        for _ in 0..<statements { common.join(Pair.key(&random), Pair.version(&random)) }
        hub.statements = common
        side.statements = common
        switch divergence {
        case .emptyHere: side.statements = Statements()
        case .emptyThere: hub.statements = Statements()
        case .bothEmpty: (hub.statements, side.statements) = (Statements(), Statements())
        case .disjoint:
            hub.statements = Statements()
            for _ in 0..<statements { hub.statements.join(Pair.key(&random), Pair.version(&random)) }
        default:
            for key in common.versions.keys.shuffled(using: &random).prefix(differences) {
                change(key, divergence == .mixed ? Pair.simple.randomElement(using: &random) ?? .none : divergence)
            }
        }
    }

    private static let simple: [ReconciliationTests.Divergence] = [
        .lackingHere, .lackingThere, .olderHere, .olderThere,
    ]

    private func change(_ key: ContributionKey, _ divergence: ReconciliationTests.Divergence) {
        switch divergence {
        case .lackingHere: side.statements.versions[key] = nil
        case .lackingThere: hub.statements.versions[key] = nil
        case .olderHere: hub.statements.versions[key]?.revision += 1
        case .olderThere: side.statements.versions[key]?.revision += 1
        default: break
        }
    }

    var cycle: ReconciliationCycle { ReconciliationCycle(client: client, collection: .compared) }

    /// What both together hold.
    var joined: Statements {
        var joined = hub.statements
        for (key, version) in side.statements.versions { joined.join(key, version) }
        return joined
    }

    static func client(_ transport: any HubTransport) -> HubClient {
        HubClient(
            endpoint: Histories.known(HubEndpoint("http://127.0.0.1:1")),
            node: Histories.known(NodeName("us")),
            transport: transport,
            environment: RunEnvironment(
                now: { Timestamp(microseconds: 0) },
                chance: { 0.5 },
                pause: { _ in },
                shouldStop: { false }
            ),
            token: { "token" }
        )
    }

    /// Few origins, and ids of which many begin alike.
    static func key(_ random: inout SplitMix64) -> ContributionKey {
        let number = UInt64.random(in: 0..<1 << 40, using: &random)
        return ContributionKey(
            id: PatternID(canonical: Array("pattern-\(number % 7)-\(number)".utf8)),
            origin: Histories.known(NodeName("node-\(number % 5)"))
        )
    }

    static func version(_ random: inout SplitMix64) -> ContributionVersion {
        ContributionVersion(
            incarnation: 1,
            revision: Int64.random(in: 1...1_000_000, using: &random),
            checksum: SHA256.digest(of: [UInt8.random(in: 0...255, using: &random)]),
            vectorDigest: .none
        )
    }
}
