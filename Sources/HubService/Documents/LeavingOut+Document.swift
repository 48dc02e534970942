package import Federation
package import HubStore
package import JSON

extension LeavingOut {
    /// What leaving out what `node` said did, or would do.
    package func json(node: NodeName, isDryRun: Bool) -> JSONValue {
        let rows = changes.map { collection, change in
            JSONValue.object([.init("collection", .string(collection.text))] + change.json())
        }
        return [
            "node": .string(node.text),
            "dry_run": .boolean(isDryRun),
            "left_out": .integer(leftOut),
            "reinstated": .integer(reinstated),
            "changes": .array(rows),
        ]
    }
}
