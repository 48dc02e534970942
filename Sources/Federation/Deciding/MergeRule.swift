/// What merging does with one field of the payloads.
package enum MergeRule: Sendable, Equatable {
    /// The best candidate's own; so it is of every field without a rule.
    case best
    /// Arrays: the distinct elements of all candidates, at most so many, those first that most origins have.
    case union(cap: Int)
    /// Numbers: added up over origins.
    case sum

    /// The cap where none is written.
    package static let standardCap = 20

    /// The rule written `best`, `union`, `union:20` or `sum`; `nil` for anything else and for caps out of bounds.
    package init?(_ text: String) {
        switch text {
        case "best": self = .best
        case "union": self = .union(cap: MergeRule.standardCap)
        case "sum": self = .sum
        default:
            let prefix = "union:"
            // The number is written back to see that it has one spelling.
            guard text.hasPrefix(prefix), let cap = Int(text.dropFirst(prefix.count)),
                text == prefix + String(cap)
            else { return nil }
            self = .union(cap: cap)
        }
        guard isWithinLimits else { return nil }
    }

    /// Whether a cap is one that ``Limits`` allows.
    package var isWithinLimits: Bool {
        guard case .union(let cap) = self else { return true }
        return (1...Limits.mergeUnionCap).contains(cap)
    }

    /// As ``init(_:)`` reads it, always with the cap.
    package var text: String {
        switch self {
        case .best: "best"
        case .union(let cap): "union:\(cap)"
        case .sum: "sum"
        }
    }
}
