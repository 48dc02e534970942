import Federation
import HubStore
import Hummingbird
import JSON

/// `POST /v1/collections/{collection}/digests`: what hubs compare by when they lost their place in each other's feeds.
struct ReconciliationRoute: Sendable {
    let hub: Hub

    func callAsFunction(_ request: Request, _ context: HubContext) async throws -> Response {
        let node = try context.requireHub()
        let collection = try context.collection()
        let body = try await DocumentBody(request, context, known: DigestsRequest.members)
        let digests: DigestsRequest
        do throws(FeedLineError) {
            digests = try DigestsRequest(body.root)
        } catch { throw Problem(400, .bodyMalformed, error.description) }
        let slot = try await hub.pullSlots.slot(of: node.name)
        let answer = try await hub.store.digests(digests, of: collection)
        withExtendedLifetime(slot) {}
        return Response(json: answer.json)
    }
}

extension HubContext {
    /// The authenticated node, if it is a hub; throws a ``Problem``.
    func requireHub() throws -> EnrolledNode {
        let node = try requireNode()
        guard node.role == .hub else {
            throw Problem(
                403,
                .forbidden,
                "this is for hubs, and node '\(node.name)' is a spoke; `tributary-hub node add NAME --role hub` enrols a hub"
            )
        }
        return node
    }
}
