import Digest
import Federation
import HTTPTypes
import HubStore
import Hummingbird
import JSON

/// Answers `GET /v1/manifest`.
struct ManifestRoute: Sendable {
    let hub: Hub

    func callAsFunction(_ request: Request, _ context: HubContext) async throws -> Response {
        let node = try context.requireNode()
        let query = try QueryParameters(request, known: ["wait"])
        let known = request.headers[.ifNoneMatch]
        // A spoke's own words can change who wins, which it waits for; to a hub, what it passed on is no news.
        let listener = node.role == .hub ? node.name : nil
        let end = ContinuousClock.now + .seconds(try query.waitSeconds() ?? 0)
        while true {
            let generation = await hub.signal.generation(for: listener)
            let body = try await hub.store.manifest(for: node).json.bytes
            let tag = "\"\(SHA256.digest(of: body).hex.prefix(32))\""
            guard ManifestRoute.names(known, tag) else {
                let headers: HTTPFields = [
                    .contentType: ProtocolPaths.json, .eTag: tag, .cacheControl: "no-cache",
                ]
                return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: body)))
            }
            let left = end - .now
            guard left > .zero, await hub.signal.wait(beyond: generation, for: listener, atMost: left)
            else {
                return Response(status: .notModified, headers: [.eTag: tag])
            }
        }
    }

    /// Whether an `If-None-Match` header names `tag` (RFC 9110, 13.1.2): compared weakly, because proxies weaken tags.
    private static func names(_ header: String?, _ tag: String) -> Bool {
        (header ?? "").split(separator: ",").contains { choice in
            var choice = choice.drop { $0 == " " || $0 == "\t" }
            while choice.last == " " || choice.last == "\t" { choice.removeLast() }
            if choice.hasPrefix("W/") { choice = choice.dropFirst(2) }
            return choice == tag || choice == "*"
        }
    }
}
