package import Digest

/// Why a pattern is served as it is: the decision, what it was made from, how close it was, and what would change it.
package struct Explanation: Sendable, Equatable {
    /// A part of a strategy's tuple.
    package enum Criterion: String, Sendable {
        case value
        case updatedAt = "updated_at"
        case checksum
        case origin
    }

    package var decision: Decision
    /// The person who wrote what is served, where it is no contribution's content.
    package var writtenBy: String?
    /// The best of the candidates that are not served.
    package var runnerUp: Candidate?
    /// What decided between the two.
    package var decidedBy: Criterion?
    /// How far the two are apart in what decided: in value, or in seconds.
    package var margin: Double?
    /// Distinct contents among the candidates.
    package var contents: Int
    /// The smallest changes that would name another winner.
    package var flips: [Flip]

    /// Explains what `policy` and the standing `resolution` make of `candidates`.
    ///
    /// With `skippingAgreement` the runner-up is the best that says something else than who is served.
    package init(
        of id: PatternID,
        among candidates: [Candidate],
        resolution: Resolution?,
        under policy: CollectionPolicy,
        skippingAgreement: Bool = false,
        hasher: SHA256
    ) {
        decision = Decision(of: id, among: candidates, resolution: resolution, under: policy, hasher: hasher)
        contents = Set(candidates.map(\.version.checksum)).count
        flips = []
        guard let winner = decision.candidate else { return }
        if case .content(let content) = resolution?.decision, content.source == nil,
            decision.composition?.parents.isEmpty == true
        {
            writtenBy = resolution?.decidedBy
        }
        // What was merged is nobody's own; who gave most of it is whom others agree with.
        let own = candidates.first { $0.origin == winner.origin }?.version.checksum
        let others = candidates.filter {
            $0.origin != winner.origin && !(skippingAgreement && $0.version.checksum == own)
        }
        runnerUp = policy.strategy.winner(among: others)
        guard var runnerUp else { return }
        runnerUp.payload = nil
        self.runnerUp = runnerUp
        // What a person chose or several made together was not decided by a comparison.
        guard decision.composition == nil, resolution == nil else { return }
        let criterion = Explanation.difference(winner, runnerUp, policy.strategy)
        decidedBy = criterion
        margin = Explanation.margin(winner, runnerUp, criterion)
        guard !policy.strategy.needsAllCandidates else { return }
        flips = Flip.smallest(
            winner: winner,
            runnerUp: runnerUp,
            decidedBy: criterion,
            strategy: policy.strategy
        )
    }

    private static func difference(
        _ winner: Candidate,
        _ other: Candidate,
        _ strategy: ConflictStrategy
    ) -> Criterion {
        let byValue = winner.value != other.value
        let byTime = winner.updatedAt != other.updatedAt
        if strategy == .latest ? byValue && !byTime : byValue { return .value }
        if byTime { return .updatedAt }
        return winner.version.checksum != other.version.checksum ? .checksum : .origin
    }

    private static func margin(_ winner: Candidate, _ other: Candidate, _ criterion: Criterion) -> Double? {
        switch criterion {
        case .value:
            // Values are people's decimals; their binary difference is not.
            ((winner.value - other.value) * 1_000_000).rounded() / 1_000_000
        case .updatedAt: Double(winner.updatedAt.microseconds - other.updatedAt.microseconds) / 1_000_000
        case .checksum, .origin: nil
        }
    }
}
