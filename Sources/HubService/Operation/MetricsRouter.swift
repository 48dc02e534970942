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
            let upstreams = (try? await hub.store.upstreamStatus(now: hub.now())) ?? []
            let text = hub.metrics.exposition(
                stored: [
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
                ] + families(upstreams)
            )
            return Response(
                status: .ok,
                headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(string: text))
            )
        }
        return router
    }

    /// How it stands with the hubs that this one is a node of.
    private static func families(_ upstreams: [UpstreamStatus]) -> [HubMetrics.Family] {
        func flows(_ value: (UpstreamStatus.Flow) -> Int64) -> [(labels: String, value: Int64)] {
            upstreams.flatMap { status in status.flows.map { (status.labels($0), value($0)) } }
        }
        return [
            (
                "tributary_upstream_behind_items", .gauge,
                "Statements that the receiving hub was not given yet, by upstream, collection, feed and direction.",
                flows(\.itemsBehind)
            ),
            (
                "tributary_upstream_behind_seconds", .gauge,
                "For how long the oldest of them has been waiting.", flows(\.secondsBehind)
            ),
            (
                "tributary_upstream_moved_items_total", .counter,
                "Statements that the receiving hub did not have before.", flows(\.moved)
            ),
            (
                "tributary_upstream_refused_items", .gauge, "Statements that the receiving hub did not take.",
                flows(\.refused)
            ),
            (
                "tributary_upstream_failures", .gauge, "Failures in a row, by upstream.",
                upstreams.map { ($0.label, Int64($0.upstream.failures)) }
            ),
        ]
    }
}

extension UpstreamStatus {
    /// The upstream's label; an address holds no quote and no line break.
    fileprivate var label: String {
        "upstream=\"\(upstream.url.split(separator: "\\", omittingEmptySubsequences: false).joined(separator: "\\\\"))\""
    }

    /// The labels of one flow.
    fileprivate func labels(_ flow: Flow) -> String {
        "\(label),collection=\"\(flow.collection)\",feed=\"\(flow.feed.rawValue)\","
            + "direction=\"\(flow.direction.rawValue)\""
    }
}

extension ConflictOutcomeCount {
    fileprivate var labels: String {
        "collection=\"\(collection)\",strategy=\"\(strategy.rawValue)\",node=\"\(outcome.origin)\","
            + "outcome=\"\(outcome.kind.rawValue)\""
    }
}
