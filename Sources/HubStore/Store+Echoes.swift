import Digest
package import Federation
import Postgres

extension Store {
    /// The positions of those `items` that `node` only imported: they say so themselves, and another node says exactly
    /// the same.
    ///
    /// Where contributions are merged, whatever was imported is made of what others said and counted, as it was then, so
    /// it is an echo as long as anybody else says anything about the pattern.
    ///
    /// Taking them as the node's own would count one experience twice.
    package func echoes(
        among items: [AdmittedItem],
        of node: NodeName,
        in collection: CollectionName
    ) async throws -> Set<Int> {
        let imported = items.indices.filter { items[$0].importedFrom.map { $0 != node } ?? false }
        guard !imported.isEmpty else { return [] }
        return try await pool.withConnection { connection in
            let merges = try Store.policy(of: collection, connection).strategy == .merge
            let contributions = imported.map { items[$0].contribution }
            let result = try connection.execute(
                """
                SELECT k.position FROM unnest(
                    \(imported.map(Int64.init)), \(contributions.map(\.id.sql)),
                    \(contributions.map(\.version.checksum.bytes))
                ) AS k (position, pattern_id, checksum)
                WHERE EXISTS (
                    SELECT FROM contributions AS c
                    WHERE c.collection = \(collection.text) AND c.pattern_id = k.pattern_id AND c.node <> \(node.text)
                        AND (c.checksum = k.checksum OR \(merges) AND c.payload IS NOT NULL)
                )
                """
            )
            return Set(try result.rows.map { Int(try $0.int64(0)) })
        }
    }
}
