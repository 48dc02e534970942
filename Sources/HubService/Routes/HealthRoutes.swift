import Federation
import HubStore
import Hummingbird
import JSON

/// `/healthz`, which asks nobody, and `/readyz`, which asks the database.
struct HealthRoutes: Sendable {
    let hub: Hub

    func alive(_ request: Request, _ context: HubContext) async throws -> Response {
        Response(json: ["status": "alive"])
    }

    func ready(_ request: Request, _ context: HubContext) async throws -> Response {
        let identity = try await hub.store.currentIdentity()
        return Response(json: ["status": "ready", "hub": .string(identity.hub), "epoch": .string(identity.epoch)])
    }
}
