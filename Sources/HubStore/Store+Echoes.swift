import Digest
package import Federation
import Postgres

extension Store {
    /// The positions of those `items` that `node` only imported: they say so themselves, and another node says exactly
    /// the same, or several were merged into it.
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
            let contributions = imported.map { items[$0].contribution }
            let result = try connection.execute(
                """
                SELECT k.position FROM unnest(
                    \(imported.map(Int64.init)), \(contributions.map(\.id.sql)),
                    \(contributions.map(\.version.checksum.bytes))
                ) AS k (position, pattern_id, checksum)
                WHERE EXISTS (
                    SELECT FROM contributions AS c
                    WHERE c.collection = \(collection.text) AND c.pattern_id = k.pattern_id
                        AND c.checksum = k.checksum AND c.node <> \(node.text)
                ) OR EXISTS (
                    SELECT FROM winners AS w
                    WHERE w.collection = \(collection.text) AND w.pattern_id = k.pattern_id
                        AND w.checksum = k.checksum AND w.payload IS NOT NULL
                )
                """
            )
            return Set(try result.rows.map { Int(try $0.int64(0)) })
        }
    }
}
