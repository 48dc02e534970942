import Federation
import JSON
import Testing

import SpokeAgent

@Suite("Qdrant leaves out what is below the threshold, and nothing else")
struct QdrantFilterTests {
    private func policy(_ rule: ValueRule, _ threshold: Double = 0.7) -> CollectionPolicy {
        CollectionPolicy(
            collection: .skills,
            strategy: .highestValue,
            threshold: threshold,
            valueRule: rule,
            revision: 1
        )
    }

    @Test("Only where every field has an index of numbers")
    func indexes() {
        #expect(QdrantValueFilter(policy(.valueScore), indexes: [:]) == nil)
        #expect(QdrantValueFilter(policy(.valueScore), indexes: ["value_score": "keyword"]) == nil)
        #expect(QdrantValueFilter(policy(.valueScore, 0), indexes: ["value_score": "float"]) == nil)
        #expect(QdrantValueFilter(policy(.valueOrConfidence), indexes: ["value_score": "float"]) == nil)
        #expect(QdrantValueFilter(policy(.valueOrEndorsements), indexes: ["endorsement_count": "integer"]) == nil)
    }

    @Test("It names what is not wanted")
    func filters() {
        #expect(
            QdrantValueFilter(policy(.valueScore), indexes: ["value_score": "float"])?.json.text
                == #"{"must_not":[{"key":"value_score","range":{"lt":0.7}}]}"#
        )
        let both = ["value_score": "float", "confidence_score": "float", "endorsement_count": "integer"]
        #expect(
            QdrantValueFilter(policy(.valueOrConfidence), indexes: both)?.json.text
                == #"{"must_not":[{"key":"value_score","range":{"lt":0.7}},"#
                + #"{"must":[{"is_empty":{"key":"value_score"}},{"key":"confidence_score","range":{"lt":0.7}}]}]}"#
        )
        let endorsed = QdrantValueFilter(policy(.valueOrEndorsements), indexes: both)?.json.text
        #expect(endorsed?.contains(#"{"key":"endorsement_count","range":{"lt":3}}"#) == true)
    }

    @Test("No endorsed pattern that could win is left out", arguments: [0.01, 0.3, 0.5, 0.7, 0.9, 0.99, 0.999])
    func endorsements(threshold: Double) {
        let bound = (2 * threshold / (1 - threshold)).rounded(.down) - 1
        for count in 0..<3_000 where Double(count) < bound {
            #expect(Double(count) / (Double(count) + 2) < threshold)
        }
    }
}
