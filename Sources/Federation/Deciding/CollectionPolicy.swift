/// How a collection decides.
package struct CollectionPolicy: Sendable, Equatable {
    package var collection: CollectionName
    package var strategy: ConflictStrategy
    /// Contributions of at least this value can win; 0...1.
    package var threshold: Double
    package var valueRule: ValueRule
    /// What merging does with each field.
    package var mergeRules: MergeRules
    /// Grows with every change of the policy, so that a winner tells under which policy it was decided.
    package var revision: Int64

    package init(
        collection: CollectionName,
        strategy: ConflictStrategy,
        threshold: Double,
        valueRule: ValueRule,
        mergeRules: MergeRules? = nil,
        revision: Int64
    ) {
        self.collection = collection
        self.strategy = strategy
        self.threshold = threshold
        self.valueRule = valueRule
        self.mergeRules = mergeRules ?? .standard(for: collection)
        self.revision = revision
    }

    /// The policy with some of its parts changed, under the same revision.
    package func changed(
        strategy: ConflictStrategy? = nil,
        threshold: Double? = nil,
        mergeRules: MergeRules? = nil
    ) -> CollectionPolicy {
        var policy = self
        if let strategy { policy.strategy = strategy }
        if let threshold { policy.threshold = threshold }
        if let mergeRules { policy.mergeRules = mergeRules }
        return policy
    }

    /// Whether a contribution of this value can win.
    package func admitsToWin(_ value: Double) -> Bool {
        value >= threshold
    }

    /// The policy of a collection that no hub has been asked about.
    package static func standard(for collection: CollectionName) -> CollectionPolicy {
        CollectionPolicy(
            collection: collection,
            strategy: .highestValue,
            threshold: standardThreshold,
            valueRule: standardValueRule(for: collection),
            revision: 1
        )
    }

    /// What is of high value unless an operator says otherwise.
    package static let standardThreshold = 0.7

    /// The value rule a collection of this name has from the start.
    package static func standardValueRule(for collection: CollectionName) -> ValueRule {
        switch collection.text {
        case "error-solutions": .valueOrConfidence
        case "best-practices": .valueOrEndorsements
        default: .valueScore
        }
    }
}
