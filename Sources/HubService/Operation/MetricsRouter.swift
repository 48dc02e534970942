import Federation
import HTTPTypes
import HubStore
import Hummingbird

/// `GET /metrics`, on an address of its own, because it is for operators and asks for no token.
enum MetricsRouter {
    static func make(_ hub: Hub) -> Router<BasicRequestContext> {
        let router = Router()
        router.get("metrics") { _, _ in
            // Counters are worth having also while the database is away.
            let collections = (try? await hub.store.collections()) ?? []
            let text = hub.metrics.exposition(gauges: [
                ("tributary_build_info", "The hub's version.", [("version=\"\(HubVersion.text)\"", 1)]),
                (
                    "tributary_winners", "Live winners, by collection.",
                    collections.map { ("collection=\"\($0.policy.collection)\"", $0.winners) }
                ),
                (
                    "tributary_contributions", "Contributions held, by collection.",
                    collections.map { ("collection=\"\($0.policy.collection)\"", $0.contributions) }
                ),
            ])
            return Response(
                status: .ok,
                headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(string: text))
            )
        }
        return router
    }
}

/// The version of the programs.
package enum HubVersion {
    package static let text = "0.1.0"
}
