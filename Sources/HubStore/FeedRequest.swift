package import Federation

/// What part of a feed is asked for.
package struct FeedRequest: Sendable {
    package var feed: Cursor.Feed
    package var collection: CollectionName
    /// Where to go on; from the beginning without one.
    package var since: Cursor?
    /// The greatest number of lines; all there are without one.
    package var limit: Int64?
    /// Of the contributions feed: only what this node said.
    package var origin: NodeName?
    /// Of the contributions feed: not what the hub of this name passed on last.
    package var excluding: NodeName?
    /// Of the contributions feed: these alone, in the order of their keys.
    package var keys: [ContributionKey]?
    package var includesPayload: Bool
    package var includesVectors: Bool
    /// Of the contributions feed: whether lines say what operators retracted and erased of them.
    package var includesWithheld: Bool

    package init(
        feed: Cursor.Feed,
        collection: CollectionName,
        since: Cursor? = nil,
        limit: Int64? = nil,
        origin: NodeName? = nil,
        excluding: NodeName? = nil,
        keys: [ContributionKey]? = nil,
        includesPayload: Bool = true,
        includesVectors: Bool = false,
        includesWithheld: Bool = false
    ) {
        self.feed = feed
        self.collection = collection
        self.since = since
        self.limit = limit
        self.origin = origin
        self.excluding = excluding
        self.keys = keys
        self.includesPayload = includesPayload
        self.includesVectors = includesVectors
        self.includesWithheld = includesWithheld
    }
}
