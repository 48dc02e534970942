package import Federation
import Postgres

extension Store {
    /// Rows fetched at a time, so that a batch has not many more bytes than it may have.
    private static let relayFetchRows = 100

    /// What is to be passed on of the contributions feed of `collection` behind number `after`, at most `maximumItems`
    /// statements and, the last one apart, `maximumBytes`.
    package func contributionsToRelay(
        of collection: CollectionName,
        after number: Int64,
        filter: RelayFilter,
        maximumItems: Int,
        maximumBytes: Int
    ) async throws -> RelayBatch {
        try await pool.read { connection in
            let head = try FeedHeads.read(collection, connection).contributions.number
            _ = try connection.execute(
                """
                DECLARE relay_rows NO SCROLL CURSOR FOR
                SELECT \(unescaped: FeedReader.wholeContribution) FROM contributions AS c
                WHERE c.collection = \(collection.text) AND c.feed_number > \(number)
                    AND coalesce(c.peak_value, 0) >= \(filter.minValue)
                    AND coalesce(c.path[cardinality(c.path)] <> ALL(\(filter.excluding.map(\.text))), true)
                ORDER BY c.feed_number LIMIT \(Int64(maximumItems))
                """
            )
            var batch = RelayBatch(through: number)
            while true {
                let rows = try connection.fetch(Store.relayFetchRows, from: "relay_rows")
                for row in rows.rows {
                    batch.through = try batch.append(row)
                    if batch.body.count >= maximumBytes { break }
                }
                if batch.body.count >= maximumBytes || batch.items.count >= maximumItems { break }
                if rows.rowCount < Store.relayFetchRows {
                    // Nothing else is left, so all that is there was considered.
                    batch.through = max(head, number)
                    break
                }
            }
            batch.hasMore = batch.through < head
            return batch
        }
    }

    /// The statements of `keys` that there are, to be passed on, in the order of their keys.
    package func contributionsToRelay(
        of collection: CollectionName,
        keys: [ContributionKey]
    ) async throws -> RelayBatch {
        try await pool.read { connection in
            let head = try FeedHeads.read(collection, connection).contributions.number
            _ = try connection.execute(
                FeedReader.declaration(FeedRequest(feed: .contributions, collection: collection, keys: keys))
            )
            var batch = RelayBatch(through: head)
            while true {
                let rows = try connection.fetch(Store.relayFetchRows, from: "feed_rows")
                for row in rows.rows { _ = try batch.append(row) }
                if rows.rowCount < Store.relayFetchRows { break }
            }
            return batch
        }
    }
}

extension RelayBatch {
    /// Appends a contribution, in the columns of ``FeedReader/wholeContribution``; returns its feed number.
    fileprivate mutating func append(_ row: Row) throws -> Int64 {
        var line = try row.feedLine()
        // When this hub received it is of no interest elsewhere, and the receiving hub reads the rest from the payload.
        line.provenance?.receivedAt = nil
        line.value = nil
        line.updatedAt = nil
        guard let provenance = line.provenance else { throw StoreError.corrupt("a contribution without its origin") }
        line.append(to: &body)
        items.append(
            Item(
                key: ContributionKey(id: line.id, origin: provenance.origin),
                revision: provenance.version.revision,
                isRetraction: line.state == .retracted,
                end: body.count
            )
        )
        return try row.int64(0)
    }
}
