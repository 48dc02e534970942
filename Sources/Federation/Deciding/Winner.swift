/// What a hub serves for one pattern: a pure function of its contributions and the collection's policy.
package struct Winner: Sendable, Equatable {
    /// Whether there is anything to serve.
    package enum State: String, Sendable {
        /// A contribution won.
        case live
        /// There was a winner, and no contribution can win any more.
        case retracted
    }

    package var id: PatternID
    package var state: State
    /// The contribution that won, where one did.
    package var candidate: Candidate?
    /// Live contributions of high value, the winner included.
    package var contributors: Int32

    package init(id: PatternID, candidate: Candidate?, contributors: Int32) {
        self.id = id
        self.state = candidate == nil ? .retracted : .live
        self.candidate = candidate
        self.contributors = contributors
    }

    /// Whether both serve the same contribution, so that nobody who pulled one needs the other.
    package func servesTheSame(as other: Winner) -> Bool {
        state == other.state && candidate?.origin == other.candidate?.origin
            && candidate?.version == other.candidate?.version
    }
}
