/// What a hub serves for one pattern: a pure function of its contributions, resolutions and the collection's policy.
package struct Winner: Sendable, Equatable {
    /// What was decided.
    package enum State: String, Sendable {
        /// There is a winner.
        case live
        /// Contents differ and wait for a person; what was resolved last is served, where there is any.
        case conflict
        /// Nothing is served: no contribution can win, or an operator retracted the pattern.
        case retracted
    }

    package var id: PatternID
    package var state: State
    /// What is served, where anything is.
    package var candidate: Candidate?
    /// The content where it is not a contribution's own.
    package var composition: Composition?
    /// Live contributions of high value.
    package var contributors: Int32

    package init(id: PatternID, candidate: Candidate?, contributors: Int32) {
        self.id = id
        self.state = candidate == nil ? .retracted : .live
        self.candidate = candidate
        self.contributors = contributors
    }

    package init(id: PatternID, decision: Decision, contributors: Int32) {
        self.id = id
        self.state = decision.state
        self.candidate = decision.candidate
        self.composition = decision.composition
        self.contributors = contributors
    }

    /// Whether both serve the same, so that nobody who pulled one needs the other.
    package func servesTheSame(as other: Winner) -> Bool {
        // The payload is what the version's checksum says.
        candidate?.origin == other.candidate?.origin && candidate?.version == other.candidate?.version
            && (composition?.parents ?? ParentList()) == (other.composition?.parents ?? ParentList())
    }
}
