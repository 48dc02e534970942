import Digest
import Federation
package import HubStore
package import JSON

extension RetractionStatus {
    /// Nodes that have applied it.
    package var applied: Int { nodes.count { $0.state == .applied } }

    /// Nodes that may still have what was retracted, and take it back once they pull.
    package var waiting: Int { nodes.count { $0.state == .waiting || $0.state == .neverPulled } }

    /// The retraction and how far it has travelled; with every node by name where `withNodes`.
    package func json(withNodes: Bool) -> JSONValue {
        var (id, content) = (JSONValue.null, JSONValue.null)
        switch resolution.subject {
        case .pattern(let pattern): id = .string(pattern.description)
        case .content(let digest): content = .string(digest.hex)
        }
        var members: [JSONValue.Member] = [
            .init("collection", .string(collection.text)),
            .init("id", id),
            .init("content", content),
            .init("by", .string(resolution.decidedBy)),
            .init("reason", .string(resolution.reason)),
            .init("at", .string(resolution.decidedAt.description)),
            .init("purged", .boolean(resolution.erases)),
            .init("applied", .integer(Int64(applied))),
            .init("waiting", .integer(Int64(waiting))),
        ]
        if withNodes { members.append(.init("nodes", .array(nodes.map(\.json)))) }
        if !copies.isEmpty {
            members.append(.init("copies", .array(copies.map(\.json))))
            members.append(.init("more_copies", .boolean(hasMoreCopies)))
        }
        return .object(members)
    }
}

extension RetractionStatus.Copy {
    fileprivate var json: JSONValue { ["id": .string(id.description), "origin": .string(origin.text)] }
}

extension RetractionStatus.Node {
    fileprivate var json: JSONValue {
        [
            "node": .string(name.text),
            "state": .string(state.rawValue),
            "applied_at": (appliedAt?.description).map(JSONValue.string) ?? .null,
            "last_seen_at": (lastSeenAt?.description).map(JSONValue.string) ?? .null,
        ]
    }
}
