import Federation
import HubStore
import Hummingbird
import JSON

/// `PUT /v1/collections/{collection}/checkpoint`: how far a node has applied the winners.
///
/// By this the hub knows who has not yet taken back what was retracted, and what it need not remember any more.
struct CheckpointRoute: Sendable {
    let hub: Hub

    func callAsFunction(_ request: Request, _ context: HubContext) async throws -> Response {
        let node = try context.requireNode()
        let collection = try context.collection()
        let text = try await DocumentBody(request, context, known: ["cursor"]).text("cursor")
        guard let cursor = Cursor(text), cursor.collection == collection else {
            throw Problem(400, .cursorMalformed, "'cursor' is no position in a feed of '\(collection)'")
        }
        try await hub.store.noteCheckpoint(cursor, of: node.name, now: hub.now())
        return Response(json: ["collection": .string(collection.text), "cursor": .string(text)])
    }
}
