import Federation
import HubStore
import Testing
import TestSupport

/// Compares digests, counts and winners with the oracle's.
func expect(
    _ store: Store,
    toHold oracle: Oracle,
    under policy: CollectionPolicy,
    sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    let node = EnrolledNode(
        name: Histories.known(NodeName("checker")),
        role: .hub,
        incarnation: 1,
        enrolledAt: ScratchStore.now
    )
    let manifest = try await store.manifest(for: node)
    let entry = try #require(manifest.entries.first { $0.policy.collection == Histories.collection })
    #expect(entry.contributions?.set == oracle.contributionsDigest)
    #expect(entry.winners.set == oracle.winnersDigest(under: policy))
    let winners = oracle.winners(under: policy)
    for id in Set(oracle.newest.keys.map(\.id)) {
        let record = try await store.pattern(id, in: Histories.collection)
        let live = record.winner?.state == .retracted ? nil : record.winner
        #expect(live == winners[id])
    }
}

extension [Contribution] {
    var items: [AdmittedItem] {
        map { AdmittedItem(contribution: $0, isNumbered: true, importedFrom: nil) }
    }

    func batches(using generator: inout SplitMix64) -> [[AdmittedItem]] {
        var rest = items
        var batches: [[AdmittedItem]] = []
        while !rest.isEmpty {
            let size = Swift.min(rest.count, Int.random(in: 1...40, using: &generator))
            batches.append([AdmittedItem](rest.prefix(size)))
            rest.removeFirst(size)
        }
        return batches
    }
}
