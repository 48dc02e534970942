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
    static func smallest(winner: Candidate, runnerUp: Candidate, strategy: ConflictStrategy) -> [Flip] {
        var raised = runnerUp
        var lowered = winner
        let first: Change
        let second: Change
        if strategy == .latest {
            raised.updatedAt = winner.updatedAt
            lowered.updatedAt = runnerUp.updatedAt
            first = .updatedAt(winner.updatedAt, exclusive: strategy.prefers(winner, to: raised))
            second = .updatedAt(runnerUp.updatedAt, exclusive: strategy.prefers(lowered, to: runnerUp))
        } else {
            raised.value = winner.value
            lowered.value = runnerUp.value
            first = .value(winner.value, exclusive: strategy.prefers(winner, to: raised))
            second = .value(runnerUp.value, exclusive: strategy.prefers(lowered, to: runnerUp))
        }
        return [
            Flip(origin: runnerUp.origin, change: first, then: runnerUp.origin),
            Flip(origin: winner.origin, change: second, then: runnerUp.origin),
            Flip(origin: winner.origin, change: .retraction, then: runnerUp.origin),
        ]
    }
}
