import Federation
import HubStore

extension UpstreamLink {
    /// This hub's policy of a collection, which is made as it is there where this hub has none of that name.
    func localPolicy(_ policy: CollectionPolicy) throws -> CollectionPolicy {
        let (store, now) = (hub.store, hub.now())
        return try BlockingCall.result {
            do {
                return try await store.policy(of: policy.collection)
            } catch StoreError.collectionUnknown {
                _ = try await store.makeCollection(
                    policy.collection,
                    strategy: policy.strategy,
                    threshold: policy.threshold,
                    now: now
                )
                return try await store.policy(of: policy.collection)
            }
        }
    }
}
