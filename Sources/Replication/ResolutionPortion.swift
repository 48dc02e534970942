package import Federation

/// One verified answer of a resolutions feed.
package struct ResolutionPortion: Sendable, Equatable {
    package var resolutions: [Resolution] = []
    /// Lines that are no resolutions, although they came as they were sent.
    package var unreadable: Int64 = 0
    /// What is wrong with the first of them.
    package var reason: String?
    /// The position behind them.
    package var cursor: String
    /// Whether there was more.
    package var hasMore: Bool

    package init(resolutions: [Resolution] = [], unreadable: Int64 = 0, cursor: String, hasMore: Bool) {
        self.resolutions = resolutions
        self.unreadable = unreadable
        self.cursor = cursor
        self.hasMore = hasMore
    }
}

/// What a hub made of resolutions that were passed on to it.
package struct ResolutionAnswer: Sendable, Equatable {
    /// Those it did not have.
    package var accepted: Int64
    /// Why it did not take others.
    package var refused: [String]

    package init(accepted: Int64, refused: [String]) {
        self.accepted = accepted
        self.refused = refused
    }
}
