extension MergeRules {
    /// The rules that suit the collections agents have from the start; any other collection gets all of them.
    package static func standard(for collection: CollectionName) -> MergeRules {
        switch collection.text {
        case "skills-patterns": MergeRules([skills])
        case "error-solutions": MergeRules([errors])
        case "best-practices": MergeRules([practices])
        default: MergeRules([skills, errors, practices])
        }
    }

    private typealias Fields = (lists: [String], counts: [String])

    private static let skills: Fields = (
        lists: ["success_examples", "failure_examples", "prerequisites", "related_skills"],
        counts: ["usage_count", "success_count", "failure_count"]
    )
    private static let errors: Fields = (
        lists: ["context_provided", "prevention", "references", "related_errors", "symptoms", "tags"],
        counts: ["usage_count", "success_count", "failure_count"]
    )
    private static let practices: Fields = (
        lists: ["examples", "anti_patterns", "references"],
        counts: ["endorsement_count"]
    )

    private init(_ kinds: [Fields]) {
        for kind in kinds {
            for field in kind.lists { set(field, .union(cap: MergeRule.standardCap)) }
            for field in kind.counts { set(field, .sum) }
        }
    }
}
