import Digest
import Federation
import Postgres

/// Reads which versions of contributions a hub holds, some at a time, so that memory does not grow with a collection; all
/// of one scan in one snapshot.
struct VersionScan {
    /// Rows fetched at a time.
    private static let chunkRows = 2_000

    let lease: ConnectionLease
    let collection: CollectionName

    /// Calls `body` with a scan of `collection` in `store`.
    static func run<Value>(
        _ collection: CollectionName,
        in store: Store,
        _ body: (VersionScan) async throws -> Value
    ) async throws -> Value {
        let lease = try await store.pool.lease()
        do {
            try await lease.run { try $0.begin(.readOnly(isolation: .repeatableRead)) }
            let value = try await body(VersionScan(lease: lease, collection: collection))
            await lease.release()
            return value
        } catch {
            await lease.release()
            throw error
        }
    }

    /// The hub's epoch and the head of the contributions feed.
    func head() async throws -> (epoch: [UInt8], number: Int64) {
        let collection = collection
        return try await lease.run { connection in
            (try Store.epoch(connection), try FeedHeads.read(collection, connection).contributions.number)
        }
    }

    /// Calls `visit` with each version in `range` behind `key`, in the order of the keys, until it returns false.
    func each(
        in range: PatternRange,
        filter: RelayFilter? = nil,
        after key: ContributionKey? = nil,
        _ visit: (StatementVersion) throws -> Bool
    ) async throws {
        let declaration = declaration(range, filter, key)
        _ = try await lease.run { _ = try $0.execute(declaration) }
        while true {
            let versions = try await lease.run { connection in
                try connection.fetch(VersionScan.chunkRows, from: "version_rows").rows.map { row in
                    StatementVersion(
                        key: ContributionKey(id: try row.patternID(0), origin: try row.node(1)),
                        version: try row.version(from: 2)
                    )
                }
            }
            let isStopped = try versions.contains { try !visit($0) }
            if isStopped || versions.count < VersionScan.chunkRows { break }
        }
        _ = try await lease.run { _ = try $0.execute("CLOSE version_rows") }
    }

    private func declaration(_ range: PatternRange, _ filter: RelayFilter?, _ key: ContributionKey?) -> Query {
        """
        DECLARE version_rows NO SCROLL CURSOR FOR
        SELECT pattern_id, node, incarnation, revision, checksum, vector_digest FROM contributions AS c
        WHERE collection = \(collection.text)
            AND pattern_id >= \(range.from?.sql ?? PostgresText(utf8: []))
            AND (\(optional: range.to?.sql)::text IS NULL OR pattern_id < \(optional: range.to?.sql))
            AND (pattern_id, node) > (\(key?.id.sql ?? PostgresText(utf8: [])), \(key?.origin.text ?? ""))
            -- What the upstream of the filter should have: what is passed on to it, and what came from it.
            AND (\(filter == nil) OR coalesce(peak_value, 0) >= \(filter?.minValue ?? 0)
                OR path[cardinality(path)] = ANY(\((filter?.excluding ?? []).map(\.text))))
        ORDER BY pattern_id, node
        """
    }
}
