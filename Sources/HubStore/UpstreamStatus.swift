package import Federation

/// How it stands with one upstream.
package struct UpstreamStatus: Sendable {
    /// One direction of one feed of one collection.
    package struct Flow: Sendable, Equatable {
        package var collection: CollectionName
        package var feed: UpstreamPosition.Feed
        package var direction: UpstreamPosition.Direction
        /// Statements that the receiving hub has not been given yet: of a push those that wait here, counted up to
        /// ``UpstreamStatus/countedItems``; of a pull how many changes the upstream's feed was ahead when it was last
        /// heard of.
        package var itemsBehind: Int64
        /// For how many seconds the oldest of them has been waiting; 0 where nothing waits.
        package var secondsBehind: Int64
        /// Statements that the receiving hub did not have before.
        package var moved: Int64
        /// Statements that the receiving hub did not take.
        package var refused: Int64
        /// When the position last moved; `nil` where nothing travelled yet.
        package var movedAt: Timestamp?
    }

    /// Waiting statements are counted up to this number, which then means "at least so many".
    package static let countedItems: Int64 = 100_000
    /// Refused statements that are listed, the last first.
    package static let listedRefusals: Int64 = 20

    package var upstream: Upstream
    package var flows: [Flow]
    /// The collections, as they are here, that the upstream does not have, so that what is said in them waits here.
    package var lacking: [CollectionPolicy]
    /// What the upstream did not take, the last first.
    package var refusals: [UpstreamRefusal]
    /// Whose statements came from there.
    package var relayedOrigins: [RelayedOrigin]
}

/// Whose statements a hub has passed on to this one.
package struct RelayedOrigin: Sendable, Equatable {
    /// The name of the hub in paths.
    package var relay: NodeName
    package var collection: CollectionName
    /// The node that said them.
    package var origin: NodeName
    /// Its greatest incarnation heard of.
    package var incarnation: Int32
    /// Statements that were new here.
    package var statements: Int64
    package var firstAt: Timestamp
    package var lastAt: Timestamp
}
