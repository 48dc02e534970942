import Digest
import Federation
package import HubStore
package import JSON

extension RetractionStatus {
    /// Nodes that have applied it, hubs apart.
    package var applied: Int { nodes.count { !$0.isHub && $0.state == .applied } }

    /// Nodes that may still have what was retracted, and take it back once they pull; hubs apart.
    package var waiting: Int { nodes.count { !$0.isHub && $0.isWaiting } }

    /// Hubs below or beside this one.
    package var hubs: Int { nodes.count(where: \.isHub) }

    /// Hubs below or beside this one that have it; each counts the nodes of its own.
    package var hubsApplied: Int { nodes.count { $0.isHub && $0.state == .applied } }

    /// Hubs below or beside this one that have not been given it yet.
    package var hubsWaiting: Int { nodes.count { $0.isHub && $0.isWaiting } }

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
            .init("hubs_applied", .integer(Int64(hubsApplied))),
            .init("hubs_waiting", .integer(Int64(hubsWaiting))),
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
    fileprivate var isWaiting: Bool { state == .waiting || state == .neverPulled }

    fileprivate var json: JSONValue {
        [
            "node": .string(name.text),
            "role": .string(isHub ? "hub" : "spoke"),
            "state": .string(state.rawValue),
            "applied_at": (appliedAt?.description).map(JSONValue.string) ?? .null,
            "last_seen_at": (lastSeenAt?.description).map(JSONValue.string) ?? .null,
        ]
    }
}
