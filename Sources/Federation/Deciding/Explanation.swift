/// Why one contribution wins over another: the rule, and the first part of its tuple in which the two differ.
package struct Explanation: Sendable, Equatable {
    /// A part of a strategy's tuple.
    package enum Criterion: String, Sendable {
        case value
        case updatedAt = "updated_at"
        case checksum
        case origin
    }

    package var winner: Candidate
    /// The best of the others.
    package var runnerUp: Candidate?
    /// What decided between the two.
    package var decidedBy: Criterion?
    /// Distinct contents among the candidates.
    package var contents: Int

    /// Explains what `strategy` makes of `candidates`; `nil` where there are none.
    package init?(_ candidates: [Candidate], strategy: ConflictStrategy) {
        guard let winner = strategy.winner(among: candidates) else { return nil }
        self.winner = winner
        runnerUp = strategy.winner(among: candidates.filter { $0.origin != winner.origin })
        contents = Set(candidates.map(\.version.checksum)).count
        decidedBy = runnerUp.map { Explanation.difference(winner, $0, strategy) }
    }

    private static func difference(
        _ winner: Candidate,
        _ other: Candidate,
        _ strategy: ConflictStrategy
    ) -> Criterion {
        let byValue = winner.value != other.value
        let byTime = winner.updatedAt != other.updatedAt
        switch strategy {
        case .highestValue where byValue, .latest where byValue && !byTime: return .value
        case .highestValue where byTime, .latest where byTime: return .updatedAt
        default: return winner.version.checksum != other.version.checksum ? .checksum : .origin
        }
    }
}
