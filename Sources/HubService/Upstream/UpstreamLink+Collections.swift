import Federation
import HubStore
import Replication

extension UpstreamLink {
    /// This hub's policy of a collection, which is made as it is there where this hub has none of that name.
    ///
    /// Throws a ``ReplicationError`` of kind `configuration` where this hub has too many to make one for an upstream.
    func localPolicy(_ policy: CollectionPolicy) throws -> CollectionPolicy {
        let (store, now) = (hub.store, hub.now())
        let made: CollectionPolicy? = try BlockingCall.result {
            do {
                return try await store.policy(of: policy.collection)
            } catch StoreError.collectionUnknown {
                guard try await store.feedNumbers().count < Limits.collections else { return nil }
                _ = try await store.makeCollection(
                    policy.collection,
                    strategy: policy.strategy,
                    threshold: policy.threshold,
                    now: now
                )
                return try await store.policy(of: policy.collection)
            }
        }
        guard let made else { throw tooMany(1) }
        return made
    }

    /// The collections of `manifest` that travel, without those that this hub neither has nor makes because it has too
    /// many; and an error that says so.
    func travelling(
        _ manifest: ManifestDocument
    ) throws -> (entries: [ManifestDocument.Entry], leftOut: ReplicationError?) {
        let carried = manifest.entries.filter { upstream.carries($0.policy.collection) }
        let store = hub.store
        let held = try BlockingCall.result { try await store.feedNumbers() }
        let (entries, leftOut) = UpstreamLink.bounded(carried, held: Set(held.keys))
        return (entries, leftOut > 0 ? tooMany(leftOut) : nil)
    }

    /// Those of `entries` that are `held`, or for which there is room; and how many others there are.
    static func bounded(
        _ entries: [ManifestDocument.Entry],
        held: Set<CollectionName>
    ) -> (entries: [ManifestDocument.Entry], leftOut: Int) {
        var room = Limits.collections - held.count
        var bounded: [ManifestDocument.Entry] = []
        for entry in entries {
            if !held.contains(entry.policy.collection) {
                guard room > 0 else { continue }
                room -= 1
            }
            bounded.append(entry)
        }
        return (bounded, entries.count - bounded.count)
    }

    private func tooMany(_ count: Int) -> ReplicationError {
        ReplicationError(
            .configuration,
            "\(count) collections of \(endpoint) are not made here, because a hub that has \(Limits.collections) makes no"
                + " more of them for an upstream; all others go on: ask the upstream's operator whether they are meant, and"
                + " make those that are wanted with `tributary-hub collection set NAME --strategy S`, or name with --collections"
                + " those that are to travel"
        )
    }
}
