import Federation
import HubStore
import Logging
import Replication

/// Finds out what this hub and an upstream hold differently of a collection, sends it both ways, and sets its positions
/// behind it.
///
/// To be done whenever positions cannot be trusted: one of both was restored, or forwards other things than before.
struct UpstreamComparison {
    let link: UpstreamLink
    /// The upstream's name in paths.
    let name: NodeName
    let client: HubClient

    /// Compares one collection, sends both ways what differs, and sets its positions behind it.
    func run(_ entry: ManifestDocument.Entry) throws {
        let tally = try compare(entry, link.filter())
        link.hub.logger.notice(
            "compared with an upstream",
            metadata: [
                "url": .string(link.upstream.url), "collection": .string(entry.policy.collection.text),
                "requests": .stringConvertible(tally.requests), "fetched": .stringConvertible(tally.fetched),
                "pushed": .stringConvertible(tally.pushed.sent),
            ]
        )
    }

    private func compare(
        _ entry: ManifestDocument.Entry,
        _ filter: RelayFilter
    ) throws -> ReconciliationTally {
        let policy = try link.localPolicy(entry.policy)
        let (store, collection, now) = (link.hub.store, policy.collection, link.hub.now())
        // Before the comparison: what comes later lies behind these positions.
        let heads = try BlockingCall.result { try await store.heads(of: collection) }
        let pushPosition = link.position(collection, .contributions, .push, number: heads.contributions)
        let side = RelaySide(
            hub: link.hub,
            intake: RelayIntake(hub: link.hub, policy: policy, relay: name),
            filter: filter,
            position: pushPosition
        )
        var tally = ReconciliationTally()
        try ReconciliationCycle(client: client, collection: collection).run(side, &tally)
        if side.hasRefusedForNow { link.state.compare(in: link.syncInterval) }
        let cursor = tally.cursor
        let number = cursor.flatMap { Cursor($0) }?.number ?? 0
        let positions = [
            pushPosition,
            link.position(collection, .contributions, .pull, number: number, cursor: cursor),
            // Resolutions are few, and are read from the beginning on both sides.
            link.position(collection, .resolutions, .push, number: 0),
            link.position(collection, .resolutions, .pull, number: 0),
        ]
        try BlockingCall.result {
            for position in positions {
                try await store.savePush(position, refusals: [], settled: [], now: now)
            }
        }
        return tally
    }
}
