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
            let outcomes = (try? await hub.store.conflictOutcomes()) ?? []
            let text = hub.metrics.exposition(stored: [
                ("tributary_build_info", .gauge, "The hub's version.", [("version=\"\(ProductVersion.text)\"", 1)]),
                (
                    "tributary_winners", .gauge, "Live winners, by collection.",
                    collections.map { ("collection=\"\($0.policy.collection)\"", $0.winners) }
                ),
                (
                    "tributary_contributions", .gauge, "Contributions held, by collection.",
                    collections.map { ("collection=\"\($0.policy.collection)\"", $0.contributions) }
                ),
                (
                    "tributary_conflict_outcomes_total", .counter,
                    "What became of contributions that met another content.", outcomes.map { ($0.labels, $0.times) }
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

extension ConflictOutcomeCount {
    fileprivate var labels: String {
        "collection=\"\(collection)\",strategy=\"\(strategy.rawValue)\",node=\"\(outcome.origin)\","
            + "outcome=\"\(outcome.kind.rawValue)\""
    }
}
