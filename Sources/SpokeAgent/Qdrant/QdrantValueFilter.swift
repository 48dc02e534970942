package import Federation
package import JSON
internal import Qdrant

/// Leaves points out whose value is below a collection's threshold, so that Qdrant need not send them.
///
/// It names what is not wanted rather than what is: a point whose value is missing or no number is sent, and judged here
/// by the same rules as everywhere. It exists only where every field that it reads has an index.
package struct QdrantValueFilter {
    /// As Qdrant reads it.
    package let json: JSONValue

    /// A filter for what `policy` does not admit; `nil` where `indexes` do not carry it, or there is nothing to leave out.
    package init?(_ policy: CollectionPolicy, indexes: [String: String]) {
        let isIndexed = { (field: String) in ["float", "integer"].contains(indexes[field] ?? "") }
        guard policy.threshold > 0, isIndexed("value_score") else { return nil }
        var unwanted = [QdrantValueFilter.isBelow("value_score", policy.threshold)]
        let hasNoScore: JSONValue = ["is_empty": ["key": "value_score"]]
        switch policy.valueRule {
        case .valueScore: break
        case .valueOrConfidence:
            guard isIndexed("confidence_score") else { return nil }
            let confidence = QdrantValueFilter.isBelow("confidence_score", policy.threshold)
            unwanted.append(["must": [hasNoScore, confidence]])
        case .valueOrEndorsements:
            guard isIndexed("endorsement_count"), policy.threshold < 1 else { return nil }
            // What the count leads to is rounded here and there in another way, so the filter stays one below.
            let count = (2 * policy.threshold / (1 - policy.threshold)).rounded(.down) - 1
            guard count > 0, count <= QdrantValueFilter.greatestCount else { break }
            unwanted.append(["must": [hasNoScore, QdrantValueFilter.isBelow("endorsement_count", count)]])
        }
        json = ["must_not": .array(unwanted)]
    }

    /// Counts beyond this are no question of endorsements.
    private static let greatestCount = 1e9

    private static func isBelow(_ field: String, _ bound: Double) -> JSONValue {
        ["key": .string(field), "range": ["lt": .number(bound)]]
    }
}
