/// The rule by which one of several contributions to a pattern wins.
///
/// Each strategy rests on a total order over candidates, down to the last byte, that depends on nothing else: any two
/// hubs with the same statements name the same winner, whatever order they arrived in; see ``Decision``.
package enum ConflictStrategy: String, Sendable, CaseIterable {
    /// The greatest (updated at, value, checksum), then the lowest origin.
    case latest
    /// The greatest (value, updated at, checksum), then the lowest origin.
    case highestValue = "highest-value"
    /// One content made of all: single fields of the best in the order of ``highestValue``, lists united, counts summed.
    case merge
    /// A person decides where contents differ.
    case manual

    /// Whether a pattern has to be decided from all its candidates, never by comparing a newcomer with the winner.
    package var needsAllCandidates: Bool { self == .merge || self == .manual }

    /// Whether candidates have to carry their content.
    package var readsContents: Bool { self == .merge }

    /// Patterns that are decided in one transaction.
    package var batchItems: Int { readsContents ? Limits.mergeBatchItems : Limits.batchItems }

    /// Whether `left` stands above `right`.
    package func prefers(_ left: Candidate, to right: Candidate) -> Bool {
        switch self {
        case .latest:
            if left.updatedAt != right.updatedAt { return left.updatedAt > right.updatedAt }
            if left.value != right.value { return left.value > right.value }
        case .highestValue, .merge, .manual:
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
