import Digest
package import Federation
import JSON
import Postgres

extension Store {
    /// Rows fetched at a time.
    private static let resolutionFetchRows = 100

    /// The resolutions of `collection` behind number `after`, one line each, to be passed on.
    ///
    /// At most `maximumItems`, and not many more bytes than ``Limits/batchBytes``; `through` is the number up to which all
    /// are among them.
    package func resolutionsToRelay(
        of collection: CollectionName,
        after number: Int64,
        maximumItems: Int
    ) async throws -> (body: [UInt8], count: Int, through: Int64) {
        let portion = try await pool.read { connection in
            try Store.resolutions(of: collection, after: number, maximumItems: maximumItems, connection)
        }
        return (portion.body, portion.count, portion.through)
    }

    /// The resolutions feed of `collection` behind `since`, at most `maximumItems` lines, with its end marker.
    ///
    /// Throws ``StoreError/cursorReset(_:)`` for a cursor of another history.
    package func resolutionFeed(
        of collection: CollectionName,
        since: Cursor?,
        maximumItems: Int
    ) async throws -> [UInt8] {
        try await pool.read { connection in
            let epoch = try Store.epoch(connection)
            let head = try FeedHeads.read(collection, connection).resolutions
            if let since, since.epoch != epoch || since.number > head.number {
                throw StoreError.cursorReset(
                    "the cursor belongs to a history that this hub no longer has: it was restored from a backup; read "
                        + "the resolutions again without `since`, and offer your own again"
                )
            }
            var portion = try Store.resolutions(
                of: collection,
                after: since?.number ?? 0,
                maximumItems: maximumItems,
                connection
            )
            let hasMore = portion.through < head.number
            let cursor = Cursor(epoch: epoch, feed: .resolutions, collection: collection, number: portion.through)
            let marker = FeedMarker(
                isEnd: true,
                lines: Int64(portion.count),
                digest: portion.digest.sum,
                cursor: cursor.text,
                hasMore: hasMore,
                total: hasMore ? nil : head.set
            )
            marker.json.append(to: &portion.body)
            portion.body.append(UInt8(ascii: "\n"))
            return portion.body
        }
    }

    /// Some of the resolutions feed.
    private struct ResolutionPortion {
        var body: [UInt8] = []
        var count = 0
        var digest = SetDigest()
        var through: Int64
    }

    private static func resolutions(
        of collection: CollectionName,
        after number: Int64,
        maximumItems: Int,
        _ connection: Connection
    ) throws -> ResolutionPortion {
        let head = try FeedHeads.read(collection, connection).resolutions.number
        _ = try connection.execute(
            """
            DECLARE resolution_rows NO SCROLL CURSOR FOR
            SELECT \(unescaped: Resolution.columns), r.feed_number FROM resolutions AS r
            WHERE r.collection = \(collection.text) AND r.feed_number > \(number)
            ORDER BY r.feed_number LIMIT \(Int64(maximumItems))
            """
        )
        var portion = ResolutionPortion(through: number)
        let hasher = SHA256()
        while true {
            let rows = try connection.fetch(Store.resolutionFetchRows, from: "resolution_rows")
            for row in rows.rows {
                let resolution = try row.resolution(from: 0)
                resolution.line.append(to: &portion.body)
                portion.body.append(UInt8(ascii: "\n"))
                portion.count += 1
                portion.digest.insert(resolution.itemDigest(in: collection, hasher: hasher))
                portion.through = try row.int64(Resolution.columnCount)
                if portion.body.count >= Limits.batchBytes { return portion }
            }
            if portion.count >= maximumItems { return portion }
            if rows.rowCount < Store.resolutionFetchRows {
                portion.through = max(head, number)
                return portion
            }
        }
    }

    /// The number of the last change of one of the feeds of `collection`.
    package func head(of feed: Cursor.Feed, in collection: CollectionName) async throws -> Int64 {
        try await pool.withConnection { try FeedHeads.read(collection, $0)[feed].number }
    }
}
