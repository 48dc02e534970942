import Federation
import HubStore
import Hummingbird
import JSON

/// `GET /v1/collections/{collection}/patterns/{id}`: why a pattern is served as it is, or is not.
struct PatternRoute: Sendable {
    let hub: Hub

    func callAsFunction(_ request: Request, _ context: HubContext) async throws -> Response {
        let node = try context.requireNode()
        let collection = try context.collection()
        let id = try context.patternID()
        let query = try QueryParameters(request, known: ["at"])
        let record = try await hub.store.pattern(id, in: collection, at: try query.time("at"))
        guard !record.isEmpty else {
            throw Problem(404, .notFound, "no node ever said anything about pattern '\(id)' of '\(collection)' here")
        }
        // What lost is its origin's; hubs, which replicate it, and reviewers, who judge it, see it too.
        let seesAll = node.role == .hub || node.scopes.contains(.review)
        // What may be seen is what is served now, also where the past is asked about: it may have been retracted since.
        let present = record.time == nil ? record : try await hub.store.pattern(id, in: collection)
        let served = present.explanation.decision.candidate
        return Response(
            json: record.document { held in
                seesAll || held.origin == node.name || held.origin == served?.origin && held.version == served?.version
            }
        )
    }
}

extension HubContext {
    /// The pattern that the path names; throws a ``Problem``.
    func patternID() throws -> PatternID {
        let segment = parameters.get("id") ?? ""
        guard let bytes = PercentEncoding.decode(segment), let text = String(validating: bytes, as: UTF8.self) else {
            throw Problem(400, .parameterInvalid, "the id in the path is not percent-encoded UTF-8")
        }
        do throws(InvalidPatternID) { return try PatternID(text) } catch {
            throw Problem(400, .parameterInvalid, error.detail)
        }
    }
}
