import Federation
import HTTPTypes
import Hummingbird
import JSON

/// The table of routes.
enum HubRouter {
    static func make(_ hub: Hub, newRequestID: @escaping @Sendable () -> String) -> Router<HubContext> {
        let router = Router(context: HubContext.self)
        router.add(middleware: ProblemMiddleware(hub: hub, newRequestID: newRequestID))

        let health = HealthRoutes(hub: hub)
        router.get("healthz", use: health.alive)
        router.get("readyz", use: health.ready)
        router.get("openapi.json") { _, _ in OpenAPIDocument.response }

        refuseOtherMethods(router, ["healthz", "readyz", "openapi.json"], allowing: [.get])

        router.post("v1/enrolment", use: EnrolmentRoute(hub: hub).callAsFunction)
        refuseOtherMethods(router, ["v1/enrolment"], allowing: [.post])

        let nodes = router.group().add(middleware: NodeAuthentication(hub: hub, place: .header))
        let feeds = FeedRoutes(hub: hub)
        nodes.get("v1/manifest", use: ManifestRoute(hub: hub).callAsFunction)
        nodes.post("v1/collections/:collection/contributions", use: PushRoute(hub: hub).callAsFunction)
        nodes.get("v1/collections/:collection/contributions", use: feeds.contributions)
        nodes.get("v1/collections/:collection/winners", use: feeds.winners)
        nodes.get("v1/collections/:collection/patterns/:id", use: PatternRoute(hub: hub).callAsFunction)
        nodes.get("v1/quarantine", use: QuarantineRoute(hub: hub).callAsFunction)
        nodes.put("v1/collections/:collection/checkpoint", use: CheckpointRoute(hub: hub).callAsFunction)
        addRelaying(to: nodes, feeds, hub)
        addReview(to: nodes, ConflictRoutes(hub: hub))
        refuseOtherMethods(
            nodes,
            [
                "v1/manifest", "v1/quarantine", "v1/collections/:collection/winners",
                "v1/collections/:collection/patterns/:id",
            ],
            allowing: [.get]
        )
        refuseOtherMethods(nodes, ["v1/collections/:collection/contributions"], allowing: [.get, .post])
        refuseOtherMethods(nodes, ["v1/collections/:collection/checkpoint"], allowing: [.put])

        // The predecessor's API: with a token in the header, or in the address for its unmodified client.
        addPredecessor(to: nodes, PredecessorRoutes(hub: hub, takesTurns: false))
        let addressed = router.group("n/:node/:token").add(middleware: NodeAuthentication(hub: hub, place: .path))
        addPredecessor(to: addressed, PredecessorRoutes(hub: hub, takesTurns: true))
        return router
    }

    private static func addRelaying(to group: RouterGroup<HubContext>, _ feeds: FeedRoutes, _ hub: Hub) {
        let resolutions = ResolutionRoutes(hub: hub)
        group.get("v1/collections/:collection/resolutions", use: resolutions.read)
        group.post("v1/collections/:collection/resolutions", use: resolutions.take)
        group.post("v1/collections/:collection/digests", use: ReconciliationRoute(hub: hub).callAsFunction)
        group.post("v1/collections/:collection/contributions/selection", use: feeds.selection)
        refuseOtherMethods(group, ["v1/collections/:collection/resolutions"], allowing: [.get, .post])
        refuseOtherMethods(
            group,
            ["v1/collections/:collection/digests", "v1/collections/:collection/contributions/selection"],
            allowing: [.post]
        )
    }

    private static func addReview(to group: RouterGroup<HubContext>, _ routes: ConflictRoutes) {
        let pattern = "v1/collections/:collection/patterns/:id"
        group.get("v1/conflicts", use: routes.list)
        group.get("v1/collections/:collection/conflicts/:id", use: routes.show)
        group.post("\(pattern)/resolution", use: routes.resolve)
        group.post("\(pattern)/retraction", use: routes.retract)
        group.post("\(pattern)/restoration", use: routes.lift)
        refuseOtherMethods(group, ["v1/conflicts", "v1/collections/:collection/conflicts/:id"], allowing: [.get])
        refuseOtherMethods(
            group,
            ["\(pattern)/resolution", "\(pattern)/retraction", "\(pattern)/restoration"],
            allowing: [.post]
        )
    }

    private static func addPredecessor(to group: RouterGroup<HubContext>, _ routes: PredecessorRoutes) {
        group.get("manifest", use: routes.manifest)
        group.get("export/:collection", use: routes.export)
        group.post("import/:collection", use: routes.import)
        group.post("sync", use: routes.sync)
        refuseOtherMethods(group, ["manifest", "export/:collection"], allowing: [.get])
        refuseOtherMethods(group, ["import/:collection", "sync"], allowing: [.post])
    }

    private static let methods: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options]

    /// Says of a path that exists that it does not take the method, instead of that it does not exist.
    private static func refuseOtherMethods(
        _ group: some RouterMethods<HubContext>,
        _ paths: [RouterPath],
        allowing allowed: [HTTPRequest.Method]
    ) {
        let names = allowed.map(\.rawValue).joined(separator: ", ")
        for path in paths {
            for method in methods where !allowed.contains(method) {
                group.on(path, method: method) { _, context -> Response in
                    let problem = Problem(405, .methodNotAllowed, "this path takes \(names)")
                    var response = Response(problem, instance: context.requestID)
                    response.headers[.allow] = names
                    return response
                }
            }
        }
    }
}
