import Federation
package import HubStore
package import JSON

extension Simulation {
    /// Both policies, what would change between them, and the first changes one by one.
    package var json: JSONValue {
        [
            "collection": .string(from.collection.text),
            "from": Simulation.json(from),
            "to": Simulation.json(to),
            "patterns": .integer(patterns),
            "gained": .integer(gained),
            "lost": .integer(lost),
            "changed": .integer(changed),
            "unchanged": .integer(unchanged),
            "conflicts": .integer(conflicts),
            "changes": .array(changes.map { .object($0.json()) }),
        ]
    }

    /// A policy that is compared has no number of its own.
    private static func json(_ policy: CollectionPolicy) -> JSONValue {
        [
            "strategy": .string(policy.strategy.rawValue),
            "threshold": .number(policy.threshold),
            "merge_rules": policy.mergeRules.json,
        ]
    }
}
