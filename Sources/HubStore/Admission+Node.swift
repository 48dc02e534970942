package import Digest
package import Federation

extension Admission {
    /// Admission of what `node` sends: what it says itself and, where it is a hub, what it passes on.
    package init(
        of node: EnrolledNode,
        under policy: CollectionPolicy,
        now: Timestamp,
        hasher: SHA256,
        readsExports: Bool = false,
        numberedAt: Timestamp? = nil
    ) {
        guard node.role == .hub, !readsExports else {
            self.init(
                policy: policy,
                origin: node.name,
                incarnation: node.incarnation,
                now: now,
                hasher: hasher,
                readsExports: readsExports,
                numberedAt: numberedAt
            )
            return
        }
        self.init(
            of: policy,
            relayedBy: node.name,
            speakingAs: node.incarnation,
            now: now,
            hasher: hasher,
            numberedAt: numberedAt
        )
    }
}
