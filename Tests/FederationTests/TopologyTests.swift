import Federation
import Testing
import TestSupport

@Suite("Any topology of hubs is one flat hub")
struct TopologyTests {
    @Test(
        "After whatever happened, all hubs hold and serve what one flat hub would",
        arguments: Topology.allCases,
        0..<18
    )
    func convergence(topology: Topology, seed: UInt64) throws {
        for strategy in ConflictStrategy.allCases {
            var network = Network(topology, seed: seed, strategy: strategy)
            try network.run(events: 120)
            let differences = try network.differencesAfterHealing()
            #expect(differences.isEmpty, "seed \(seed), \(topology), \(strategy)")
        }
    }

    @Test("Once they agree, nothing is sent any more", arguments: Topology.allCases, 0..<8)
    func rest(topology: Topology, seed: UInt64) throws {
        var network = Network(topology, seed: seed, strategy: .latest)
        try network.run(events: 120)
        _ = try network.heal()
        let (heads, repetitions) = (network.hubs.map(\.heads), network.repetitions)
        _ = try network.heal(isOffering: false)
        #expect(network.hubs.map(\.heads) == heads, "seed \(seed)")
        #expect(network.repetitions == repetitions, "seed \(seed)")
    }

    @Test(
        "Without harm, no hub of a tree hears anything twice, and none what it passed on itself",
        arguments: [Topology.star, .chain, .tree],
        0..<30
    )
    func echoes(topology: Topology, seed: UInt64) throws {
        var network = Network(topology, seed: seed, strategy: .highestValue)
        for spoke in network.spokes.indices { network.spokes[spoke].said = [Int(seed) % network.hubs.count: [:]] }
        // All are in agreement before anything is said, so that nothing is found by comparing.
        _ = try network.heal()
        try network.run(events: 150, isHarmless: true)
        #expect(try network.differencesAfterHealing().isEmpty, "seed \(seed)")
        #expect(network.repetitions == 0, "seed \(seed)")
        #expect(network.history.count > 10, "seed \(seed)")
    }

    @Test("The checker bites: each mistake is noticed", arguments: Flaw.allCases)
    func bites(flaw: Flaw) throws {
        let isNoticed = try (0..<40 as Range<UInt64>).contains { seed in
            try Topology.allCases.contains { topology in
                var network = Network(topology, seed: seed, strategy: .highestValue, flaw: flaw)
                try network.run(events: 120)
                return try !network.differencesAfterHealing().isEmpty
            }
        }
        #expect(isNoticed)
    }
}
