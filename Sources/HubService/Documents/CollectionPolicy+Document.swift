package import Federation
package import JSON

extension CollectionPolicy {
    /// Everything that decides, with the number under which it holds.
    package var json: JSONValue { .object(members) }

    /// The same, for documents that say more about the collection.
    package var members: [JSONValue.Member] {
        [
            .init("strategy", .string(strategy.rawValue)),
            .init("threshold", .number(threshold)),
            .init("value_rule", .string(valueRule.rawValue)),
            .init("revision", .integer(revision)),
            .init("merge_rules", mergeRules.json),
        ]
    }
}
