import Digest
import Federation
import HubStore
import Hummingbird
import JSON

/// What reviewers do: see the contents side by side, choose, retract, and lift a retraction.
struct ConflictRoutes: Sendable {
    private static let defaultLimit: Int64 = 100
    private static let greatestLimit: Int64 = 1_000

    let hub: Hub

    /// `GET /v1/conflicts`.
    func list(_ request: Request, _ context: HubContext) async throws -> Response {
        _ = try context.requireReviewer()
        let query = try QueryParameters(request, known: ["collection", "limit"])
        let collection = try query.text("collection").map { text in
            guard let name = CollectionName(text) else {
                throw Problem(400, .parameterInvalid, "'collection' is no collection name")
            }
            return name
        }
        let limit = try query.integer("limit", in: 1...ConflictRoutes.greatestLimit) ?? ConflictRoutes.defaultLimit
        let conflicts = try await hub.store.conflicts(in: collection, limit: limit)
        return Response(json: ["conflicts": .array(conflicts.map(\.json))])
    }

    /// `GET /v1/collections/{collection}/conflicts/{id}`.
    func show(_ request: Request, _ context: HubContext) async throws -> Response {
        _ = try context.requireReviewer()
        let record = try await hub.store.conflict(try context.patternID(), in: try context.collection())
        return Response(json: record.json)
    }

    /// `POST /v1/collections/{collection}/patterns/{id}/resolution`.
    func resolve(_ request: Request, _ context: HubContext) async throws -> Response {
        let reviewer = try context.requireReviewer()
        let (collection, id) = (try context.collection(), try context.patternID())
        let body = try await DocumentBody(
            request,
            context,
            known: ["covers", "choose", "content", "retract", "reason"]
        )
        let outcome = try await hub.store.resolve(
            id,
            in: collection,
            with: try ConflictRoutes.choice(body),
            covers: try ConflictRoutes.covers(body),
            ruling: try Ruling(reason: try body.text("reason"), decidedBy: reviewer.name.text),
            now: hub.now()
        )
        return Response(json: [
            "collection": .string(collection.text),
            "id": .string(id.description),
            "state": .string(outcome.winner?.state.rawValue ?? "retracted"),
            "resolution": outcome.resolution.json,
        ])
    }

    private static func choice(_ body: DocumentBody) throws -> Ruling.Choice {
        let retracts = try body.flag("retract")
        switch (body.root["choose"], body.root["content"], retracts) {
        case (let node?, nil, false):
            guard let checksum = node.string.flatMap(SHA256Digest.init(hex:)) else {
                throw Problem(400, .bodyMalformed, "'choose' is no checksum: 64 hexadecimal digits")
            }
            return .content(checksum)
        case (nil, let node?, false):
            var text: [UInt8] = []
            try CanonicalJSON.append(node, to: &text, maximumDepth: Limits.payloadDepth)
            return .written(text)
        case (nil, nil, true): return .retract
        default:
            throw Problem(400, .bodyMalformed, "give one of 'choose', 'content' and 'retract'")
        }
    }

    private static func covers(_ body: DocumentBody) throws -> [SHA256Digest] {
        guard let node = body.root["covers"], node.kind == .array else {
            throw Problem(400, .bodyMalformed, "'covers' is missing: the checksums of the contents that were seen")
        }
        return try node.elements.map { element in
            guard let checksum = element.string.flatMap(SHA256Digest.init(hex:)) else {
                throw Problem(400, .bodyMalformed, "'covers' holds something that is no checksum")
            }
            return checksum
        }
    }

    /// `POST /v1/collections/{collection}/patterns/{id}/retraction`.
    func retract(_ request: Request, _ context: HubContext) async throws -> Response {
        let reviewer = try context.requireReviewer()
        let (collection, id) = (try context.collection(), try context.patternID())
        let body = try await DocumentBody(request, context, known: ["reason", "content", "purge"])
        let outcome = try await hub.store.retract(
            id,
            in: collection,
            alsoContent: try body.flag("content"),
            erases: try body.flag("purge"),
            ruling: try Ruling(reason: try body.text("reason"), decidedBy: reviewer.name.text),
            now: hub.now
        )
        return Response(json: outcome.json(in: collection, released: []))
    }

    /// `POST /v1/collections/{collection}/patterns/{id}/restoration`.
    func lift(_ request: Request, _ context: HubContext) async throws -> Response {
        let reviewer = try context.requireReviewer()
        let (collection, id) = (try context.collection(), try context.patternID())
        let body = try await DocumentBody(request, context, known: ["reason"])
        let outcome = try await hub.store.lift(
            id,
            in: collection,
            ruling: try Ruling(reason: try body.text("reason"), decidedBy: reviewer.name.text),
            now: hub.now
        )
        let released = try await hub.store.releaseRetracted(in: collection, now: hub.now)
        return Response(json: outcome.json(in: collection, released: released))
    }
}

extension HubContext {
    /// The authenticated node, if it may judge what others said; throws a ``Problem``.
    func requireReviewer() throws -> EnrolledNode {
        let node = try requireNode()
        guard node.scopes.contains(.review) else {
            throw Problem(
                403,
                .forbidden,
                "node '\(node.name)' lacks the scope review; `tributary-hub node add NAME --scope review` enrols one with it"
            )
        }
        return node
    }
}
