import Federation
package import HubStore
import Hummingbird
package import JSON

/// `GET /v1/quarantine`: the node's own refused items.
struct QuarantineRoute: Sendable {
    private static let defaultLimit: Int64 = 100
    private static let greatestLimit: Int64 = 1_000

    let hub: Hub

    func callAsFunction(_ request: Request, _ context: HubContext) async throws -> Response {
        let node = try context.requireNode()
        let query = try QueryParameters(request, known: ["limit"])
        let limit = try query.integer("limit", in: 1...QuarantineRoute.greatestLimit) ?? QuarantineRoute.defaultLimit
        let entries = try await hub.store.quarantined(QuarantineSelection(node: node.name), limit: limit)
        return Response(json: ["items": .array(entries.map(\.json))])
    }
}

extension QuarantineEntry {
    /// The entry as operators and nodes see it.
    package var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init("number", .integer(number)),
            .init("node", .string(node.text)),
            .init("collection", .string(item.collection.text)),
        ]
        if let id = item.id { members.append(.init("id", .string(id.description))) }
        members += [
            .init("code", .string(item.refusal.code.rawValue)),
            .init("detail", .string(item.refusal.detail)),
            .init("times", .integer(times)),
            .init("first_refused_at", .string(firstRefusedAt.description)),
            .init("last_refused_at", .string(lastRefusedAt.description)),
            .init("bytes", .integer(item.bodyLength)),
            // Invalid UTF-8 is shown with replacement characters; the table keeps the bytes.
            .init("body", .string(String(decoding: item.body, as: UTF8.self))),
        ]
        return .object(members)
    }
}
