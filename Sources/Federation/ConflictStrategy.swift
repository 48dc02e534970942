/// The rule by which one of several contributions to a pattern wins.
///
/// Each strategy is a total order over candidates, down to the last byte, that depends on nothing else: any two hubs with
/// the same contributions name the same winner, whatever order they arrived in.
package enum ConflictStrategy: String, Sendable, CaseIterable {
    /// The greatest (updated at, value, checksum), then the lowest origin.
    case latest
    /// The greatest (value, updated at, checksum), then the lowest origin.
    case highestValue = "highest-value"

    /// Whether `left` stands above `right`.
    package func prefers(_ left: Candidate, to right: Candidate) -> Bool {
        switch self {
        case .latest:
            if left.updatedAt != right.updatedAt { return left.updatedAt > right.updatedAt }
            if left.value != right.value { return left.value > right.value }
        case .highestValue:
            if left.value != right.value { return left.value > right.value }
            if left.updatedAt != right.updatedAt { return left.updatedAt > right.updatedAt }
        }
        if left.version.checksum != right.version.checksum { return left.version.checksum > right.version.checksum }
        return left.origin < right.origin
    }

    /// The winner among `candidates`, which are of different origins; `nil` where there is none.
    package func winner(among candidates: some Sequence<Candidate>) -> Candidate? {
        candidates.reduce(nil) { best, candidate in
            guard let best else { return candidate }
            return prefers(candidate, to: best) ? candidate : best
        }
    }
}

/// What a strategy sees of a live contribution of high value.
package struct Candidate: Sendable, Equatable {
    package var origin: NodeName
    package var version: ContributionVersion
    package var value: Double
    package var updatedAt: Timestamp

    package init(origin: NodeName, version: ContributionVersion, value: Double, updatedAt: Timestamp) {
        self.origin = origin
        self.version = version
        self.value = value
        self.updatedAt = updatedAt
    }

    /// What `contribution` looks like to a strategy under `policy`; `nil` where it cannot win.
    package init?(_ contribution: Contribution, under policy: CollectionPolicy) {
        guard let content = contribution.content, policy.admitsToWin(content.value) else { return nil }
        self.init(
            origin: contribution.origin,
            version: contribution.version,
            value: content.value,
            updatedAt: content.updatedAt
        )
    }
}
