/// A change of one node's statement that would name another winner.
package struct Flip: Sendable, Equatable {
    /// What would have to change.
    package enum Change: Sendable, Equatable {
        /// To this value; only beyond it where `exclusive`.
        case value(Double, exclusive: Bool)
        /// To this time; only beyond it where `exclusive`.
        case updatedAt(Timestamp, exclusive: Bool)
        /// Taken back.
        case retraction
    }

    package var origin: NodeName
    package var change: Change
    /// Who would win then.
    package var then: NodeName

    /// What the runner-up would have to reach, what the winner would have to fall to, and the winner's retraction.
    ///
    /// In the part of the tuple that decided; where that is none that a node could change at will, in its first part.
    static func smallest(
        winner: Candidate,
        runnerUp: Candidate,
        decidedBy criterion: Explanation.Criterion,
        strategy: ConflictStrategy
    ) -> [Flip] {
        let retraction = Flip(origin: winner.origin, change: .retraction, then: runnerUp.origin)
        let byTime = criterion == .updatedAt || criterion != .value && strategy == .latest
        var raised = runnerUp
        var lowered = winner
        if byTime {
            raised.updatedAt = winner.updatedAt
            lowered.updatedAt = runnerUp.updatedAt
        } else {
            raised.value = winner.value
            lowered.value = runnerUp.value
        }
        let raise = change(to: winner, byTime: byTime, exclusive: strategy.prefers(winner, to: raised))
        let lower = change(to: runnerUp, byTime: byTime, exclusive: strategy.prefers(lowered, to: runnerUp))
        let raising = Flip(origin: runnerUp.origin, change: raise, then: runnerUp.origin)
        guard criterion == .value || criterion == .updatedAt else { return [raising, retraction] }
        return [raising, Flip(origin: winner.origin, change: lower, then: runnerUp.origin), retraction]
    }

    private static func change(to other: Candidate, byTime: Bool, exclusive: Bool) -> Change {
        byTime ? .updatedAt(other.updatedAt, exclusive: exclusive) : .value(other.value, exclusive: exclusive)
    }
}
