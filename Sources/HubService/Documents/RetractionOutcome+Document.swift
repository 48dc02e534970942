import Digest
package import Federation
package import HubStore
package import JSON

extension RetractionOutcome {
    /// What was decided about a pattern of `collection`, what changed by it, and what came back from quarantine.
    package func json(in collection: CollectionName, released: [ReleasedItem]) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("collection", .string(collection.text)),
            .init("resolution", resolution.json),
            .init("contents", .array(contents.map { .string($0.hex) })),
            .init("changed", .integer(Int64(changes.count))),
        ]
        if !released.isEmpty { members.append(.init("released", .array(released.map(\.json)))) }
        return .object(members)
    }
}
