package import Federation
import Postgres

/// The numbers of the last changes in the feeds of one collection that hubs pass on, and what they lead to.
package struct FeedNumbers: Sendable, Equatable {
    package var contributions: Int64
    package var resolutions: Int64
    /// Count and digest of all contributions held.
    package var contributionsHeld: SetDigest
    /// Count and digest of all resolutions held.
    package var resolutionsHeld: SetDigest
}

extension Store {
    /// The numbers of all collections, from one snapshot.
    package func feedNumbers() async throws -> [CollectionName: FeedNumbers] {
        try await pool.withConnection { connection in
            let result = try connection.execute(
                """
                SELECT k.collection, k.number, r.number, k.count, k.digest, r.count, r.digest FROM feed_heads AS k
                JOIN feed_heads AS r ON r.collection = k.collection AND r.feed = 'resolutions'
                WHERE k.feed = 'contributions'
                """
            )
            let numbers = try result.rows.map { row in
                (
                    try row.collection(0),
                    FeedNumbers(
                        contributions: try row.int64(1),
                        resolutions: try row.int64(2),
                        contributionsHeld: SetDigest(count: try row.int64(3), sum: try row.digest(4)),
                        resolutionsHeld: SetDigest(count: try row.int64(5), sum: try row.digest(6))
                    )
                )
            }
            return Dictionary(numbers, uniquingKeysWith: { $1 })
        }
    }

    /// The names under which the upstream at `url` appears in the paths of what came from it, directly or as a node of
    /// this hub: what bears one of them last is not sent back to it.
    package func echoes(of url: String) async throws -> [NodeName] {
        try await pool.withConnection { connection in
            let result = try connection.execute(
                "SELECT \(unescaped: Upstream.columns) FROM upstreams WHERE url = \(url)"
            )
            guard let upstream = try result.first?.upstream() else { return [] }
            return try Store.echoes(of: upstream, connection)
        }
    }
}
