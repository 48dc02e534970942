import Digest
import Federation
import HTTPTypes
import HubStore
import Logging
import Hummingbird

/// Finds out who is asking, from the token alone.
struct NodeAuthentication: RouterMiddleware {
    /// Where the token is.
    enum TokenPlace: Sendable {
        /// In `Authorization: Bearer`.
        case header
        /// In the path, `/n/{node}/{token}/...`, for clients that can only be given an address.
        case path
    }

    let hub: Hub
    let place: TokenPlace

    func handle(
        _ request: Request,
        context: HubContext,
        next: (Request, HubContext) async throws -> Response
    ) async throws -> Response {
        guard let text = presented(request, context), let token = NodeToken(text),
            let node = try await hub.store.node(presenting: token)
        else {
            throw Problem(
                401,
                .unauthorized,
                "this hub does not know the token; `tributary-hub node add NAME` on the hub prints one, with `--role hub` for another hub"
            )
        }
        guard node.revokedAt == nil else {
            throw Problem(403, .nodeRevoked, "node '\(node.name)' was revoked; ask the hub's operator")
        }
        context.tell(.proven)
        if let claimed = claimedName(request, context), claimed != node.name.text {
            throw Problem(
                403,
                .nodeMismatch,
                "the token belongs to node '\(node.name)', not to '\(claimed.prefix(64))'"
            )
        }
        try await noteHub(request, node)
        await hub.noteSeen(node)
        var context = context
        context.node = node
        return try await next(request, context)
    }

    /// Notes which hub a node of role hub says it is; throws a ``Problem`` where it says no such thing.
    private func noteHub(_ request: Request, _ node: EnrolledNode) async throws {
        guard node.role == .hub, let name = HTTPField.Name(ProtocolPaths.hubHeader),
            let text = request.headers[name], text != node.hubID
        else { return }
        let canonical = Array(text.utf8).withUnsafeBytes { UUIDText.canonical($0) }
        guard let digits = canonical?.filter({ $0 != UInt8(ascii: "-") }),
            let bytes = Hex.decode(String(decoding: digits, as: UTF8.self))
        else { throw Problem(400, .parameterInvalid, "'\(ProtocolPaths.hubHeader)' is a hub's id, a UUID") }
        try await hub.store.noteHub(bytes, of: node.name)
    }

    private func presented(_ request: Request, _ context: HubContext) -> String? {
        switch place {
        case .path: return context.parameters.get("token")
        case .header: return BearerToken.presented(request)
        }
    }

    private func claimedName(_ request: Request, _ context: HubContext) -> String? {
        switch place {
        case .path: context.parameters.get("node")
        case .header: HTTPField.Name(ProtocolPaths.nodeHeader).flatMap { request.headers[$0] }
        }
    }
}

/// The token in `Authorization: Bearer`.
enum BearerToken {
    static func presented(_ request: Request) -> String? {
        guard let header = request.headers[.authorization] else { return nil }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1])
    }
}

extension Hub {
    private static let seenGranularitySeconds: Int64 = 60

    /// Notes once a minute that `node` was here; a failure to note it is no reason to turn it away.
    func noteSeen(_ node: EnrolledNode) async {
        let now = now()
        if let last = node.lastSeenAt, now < last.adding(seconds: Hub.seenGranularitySeconds) { return }
        do {
            try await store.noteSeen(node.name, now: now)
        } catch {
            logger.warning("cannot note that a node was seen", metadata: ["error": .string("\(error)")])
        }
    }
}
