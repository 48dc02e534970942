import Digest
import Federation
import Postgres

/// The heads of a collection's feeds.
///
/// Whoever holds them locked is the collection's only writer.
struct FeedHeads {
    /// The head of one feed.
    struct Head {
        /// The number of the last change.
        var number: Int64
        var set: SetDigest
        /// Cursors below this have missed compacted changes.
        var horizon: Int64
    }

    var contributions: Head
    var winners: Head
    var resolutions: Head

    /// The head of `feed`.
    subscript(feed: Cursor.Feed) -> Head {
        switch feed {
        case .winners: winners
        case .contributions: contributions
        case .resolutions: resolutions
        }
    }

    /// Locks the heads of `collection` until the transaction ends.
    ///
    /// This lock is the commit order: a change gets its number only when every smaller number has committed or will
    /// never exist, so a cursor cannot skip it.
    static func lock(_ collection: CollectionName, _ connection: Connection) throws -> FeedHeads {
        try read(
            connection.execute(
                """
                SELECT feed, number, count, digest, horizon FROM feed_heads
                WHERE collection = \(collection.text) ORDER BY feed FOR NO KEY UPDATE
                """
            ),
            of: collection
        )
    }

    /// The heads of `collection` in the transaction's snapshot.
    static func read(_ collection: CollectionName, _ connection: Connection) throws -> FeedHeads {
        try read(
            connection.execute(
                "SELECT feed, number, count, digest, horizon FROM feed_heads WHERE collection = \(collection.text)"
            ),
            of: collection
        )
    }

    private static func read(_ result: QueryResult, of collection: CollectionName) throws -> FeedHeads {
        var heads: [String: Head] = [:]
        for row in result.rows {
            heads[try row.string(0)] = Head(
                number: try row.int64(1),
                set: SetDigest(count: try row.int64(2), sum: try row.digest(3)),
                horizon: try row.int64(4)
            )
        }
        guard let contributions = heads["contributions"], let winners = heads["winners"],
            let resolutions = heads["resolutions"]
        else { throw StoreError.collectionUnknown(collection) }
        return FeedHeads(contributions: contributions, winners: winners, resolutions: resolutions)
    }

    /// Stores the heads and tells whoever waits for changes.
    ///
    /// `hub` names the node that passed on all that changed, where it was contributions alone: to that hub, they are no
    /// news.
    func save(_ collection: CollectionName, passedOnBy hub: NodeName? = nil, _ connection: Connection) throws {
        let heads = [contributions, winners, resolutions]
        _ = try connection.execute(
            """
            UPDATE feed_heads SET number = new.number, count = new.count, digest = new.digest
            FROM unnest(
                \(["contributions", "winners", "resolutions"]), \(heads.map(\.number)), \(heads.map(\.set.count)),
                \(heads.map(\.set.sum.bytes))
            ) AS new (feed, number, count, digest)
            WHERE feed_heads.collection = \(collection.text) AND feed_heads.feed = new.feed
                AND feed_heads.number < new.number
            """
        )
        try Store.announceChange(passedOnBy: hub, connection)
    }
}
