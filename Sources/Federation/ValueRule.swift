package import JSON

/// Where in a payload a pattern's value stands.
///
/// The payload itself is never rewritten.
package enum ValueRule: String, Sendable, CaseIterable {
    /// `value_score`.
    case valueScore = "value-score"
    /// `value_score`, else `confidence_score`.
    case valueOrConfidence = "value-or-confidence"
    /// `value_score`, else `endorsement_count / (endorsement_count + 2)`: no endorsement is worth nothing, five are worth
    /// 0.71, and no number of them reaches 1.
    case valueOrEndorsements = "value-or-endorsements"

    /// What the rule makes of one payload.
    package enum Reading: Sendable, Equatable {
        /// A value between 0 and 1.
        case value(Double)
        /// No field that the rule reads.
        case absent
        /// A field that holds something else than a number in range.
        case unusable(String)
    }

    /// The value of `payload`, which is an object.
    package func read(_ payload: JSONNode) -> Reading {
        if let score = payload["value_score"] { return ValueRule.unitInterval(score, "value_score") }
        switch self {
        case .valueScore:
            return .absent
        case .valueOrConfidence:
            guard let score = payload["confidence_score"] else { return .absent }
            return ValueRule.unitInterval(score, "confidence_score")
        case .valueOrEndorsements:
            guard let endorsements = payload["endorsement_count"] else { return .absent }
            guard let count = endorsements.number, count >= 0, count.isFinite else {
                return .unusable("endorsement_count is not a number from 0 up")
            }
            return .value(count / (count + 2))
        }
    }

    private static func unitInterval(_ node: JSONNode, _ field: String) -> Reading {
        guard let value = node.number else { return .unusable("\(field) is not a number") }
        guard value >= 0, value <= 1 else { return .unusable("\(field) is \(value), outside 0...1") }
        // Negative zero would compare as equal and print as different.
        return .value(value == 0 ? 0 : value)
    }
}
