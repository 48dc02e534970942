import Digest
package import Federation
import Postgres

extension Store {
    /// The manifest as `node` sees it, from one snapshot.
    package func manifest(for node: EnrolledNode) async throws -> ManifestDocument {
        try await pool.withConnection { connection in
            let result = try connection.execute(
                """
                SELECT c.collection, c.strategy, c.threshold, c.value_rule, c.policy_revision, c.merge_rules,
                    w.number, w.count, w.digest, k.number, k.count, k.digest, h.hub_id, h.epoch,
                    r.number, r.count, r.digest, coalesce(h.name, h.hub_id::text)
                FROM hub AS h
                LEFT JOIN collections AS c ON true
                LEFT JOIN feed_heads AS w ON w.collection = c.collection AND w.feed = 'winners'
                LEFT JOIN feed_heads AS k ON k.collection = c.collection AND k.feed = 'contributions'
                LEFT JOIN feed_heads AS r ON r.collection = c.collection AND r.feed = 'resolutions'
                ORDER BY c.collection
                """
            )
            guard let first = result.first else { throw StoreError.corrupt("table hub is empty") }
            let epoch = try first.uuid(13).bytes
            let entries = try result.rows.filter { try !$0.isNull(0) }.map { row in
                let policy = try row.policy(from: 0)
                func feed(_ feed: Cursor.Feed, from column: Int) throws -> ManifestDocument.Feed {
                    let number = try row.int64(column)
                    let cursor = Cursor(epoch: epoch, feed: feed, collection: policy.collection, number: number)
                    let set = SetDigest(count: try row.int64(column + 1), sum: try row.digest(column + 2))
                    return ManifestDocument.Feed(set: set, cursor: cursor.text)
                }
                return ManifestDocument.Entry(
                    policy: policy,
                    winners: try feed(.winners, from: 6),
                    contributions: node.role == .hub ? try feed(.contributions, from: 9) : nil,
                    resolutions: try feed(.resolutions, from: 14)
                )
            }
            return ManifestDocument(
                identity: HubIdentity(
                    hub: UUIDText.format(try first.uuid(12).bytes),
                    epoch: UUIDText.format(epoch)
                ),
                name: try first.node(17),
                node: node.name,
                incarnation: node.incarnation,
                entries: entries
            )
        }
    }
}
