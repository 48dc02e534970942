/// What a change of contributions, resolutions or policy does to what is served for one pattern.
package struct DecisionChange: Sendable, Equatable {
    /// The kind of change.
    package enum Kind: String, Sendable {
        /// Something is served where nothing was.
        case gained
        /// Nothing is served where something was.
        case lost
        /// Something else is served.
        case changed
    }

    package var id: PatternID
    /// What was served.
    package var was: Candidate?
    /// What is served then.
    package var becomes: Candidate?

    /// The change from `before` to `after`; `nil` where both serve the same, or nothing.
    package init?(from before: Winner?, to after: Winner) {
        guard before?.candidate != nil || after.candidate != nil else { return nil }
        if let before, after.servesTheSame(as: before) { return nil }
        id = after.id
        was = before?.candidate
        becomes = after.candidate
    }

    package var kind: Kind {
        was == nil ? .gained : becomes == nil ? .lost : .changed
    }
}
