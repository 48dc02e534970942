package import Federation

/// How far replication with an upstream has come in one direction of one feed of one collection.
package struct UpstreamPosition: Sendable, Equatable {
    /// What travels.
    package enum Feed: String, Sendable, CaseIterable {
        case contributions, resolutions
    }

    /// Which way it travels.
    package enum Direction: String, Sendable, CaseIterable {
        /// From here to there.
        case push
        /// From there to here.
        case pull
    }

    /// The upstream.
    package var url: String
    package var collection: CollectionName
    package var feed: Feed
    package var direction: Direction
    /// Of a pull: the upstream's cursor there; `nil` to begin anew.
    package var cursor: String?
    /// Up to this number of the giving hub's feed everything was taken.
    package var number: Int64
    /// Statements that the other side did not have before: where a position is saved those to be added, where it is read
    /// all of them.
    package var items: Int64

    package init(
        url: String,
        collection: CollectionName,
        feed: Feed,
        direction: Direction = .pull,
        cursor: String? = nil,
        number: Int64,
        items: Int64 = 0
    ) {
        self.url = url
        self.collection = collection
        self.feed = feed
        self.direction = direction
        self.cursor = cursor
        self.number = number
        self.items = items
    }
}

/// A statement that an upstream did not take.
package struct UpstreamRefusal: Sendable, Equatable {
    package var collection: CollectionName
    package var key: ContributionKey
    /// The origin's number of the statement.
    package var revision: Int64
    /// The stable code of the refusal.
    package var code: String
    /// What is wrong with it, in the upstream's words.
    package var detail: String
    /// When it was refused; where it is saved, the time of saving counts.
    package var refusedAt: Timestamp?

    package init(
        collection: CollectionName,
        key: ContributionKey,
        revision: Int64,
        code: String,
        detail: String,
        refusedAt: Timestamp? = nil
    ) {
        self.collection = collection
        self.key = key
        self.revision = revision
        self.code = code
        self.detail = detail
        self.refusedAt = refusedAt
    }
}
