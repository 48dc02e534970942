import Federation
import Gzip
import HTTPTypes
import HubStore
import Hummingbird
import JSON
import NIOCore

/// `GET /v1/collections/{collection}/winners` and `.../contributions`: the feeds, streamed.
struct FeedRoutes: Sendable {
    let hub: Hub

    func winners(_ request: Request, _ context: HubContext) async throws -> Response {
        let collection = try context.collection()
        let query = try QueryParameters(request, known: ["since", "limit", "wait", "vectors"])
        let since = try query.cursor("since", feed: .winners, collection: collection)
        let feed = FeedRequest(
            feed: .winners,
            collection: collection,
            since: since,
            limit: try query.integer("limit", in: 1...Int64.max),
            includesVectors: try query.flag("vectors") ?? false
        )
        try await hub.wait(query.waitSeconds(), beyond: since)
        return try await stream(feed, request, of: try context.requireNode())
    }

    func contributions(_ request: Request, _ context: HubContext) async throws -> Response {
        let collection = try context.collection()
        let node = try context.requireNode()
        let query = try QueryParameters(
            request,
            known: ["since", "limit", "wait", "origin", "payload", "vectors", "withheld", "echo"]
        )
        let origin = try query.text("origin").map { text in
            guard let name = NodeName(text) else { throw Problem(400, .parameterInvalid, "'origin' is no node name") }
            return name
        }
        guard node.role == .hub || origin == node.name else {
            throw Problem(
                403,
                .forbidden,
                "a spoke reads its own contributions (origin=\(node.name)); all of them are for nodes of role hub"
            )
        }
        let since = try query.cursor("since", feed: .contributions, collection: collection)
        // What a hub passed on itself it need not hear again.
        let hears = try query.flag("echo") ?? false || node.role != .hub
        let feed = FeedRequest(
            feed: .contributions,
            collection: collection,
            since: since,
            limit: try query.integer("limit", in: 1...Int64.max),
            origin: origin,
            excluding: hears ? nil : node.name,
            includesPayload: try query.flag("payload") ?? true,
            includesVectors: try query.flag("vectors") ?? false,
            includesWithheld: try query.flag("withheld") ?? false
        )
        try await hub.wait(query.waitSeconds(), beyond: since)
        return try await stream(feed, request, of: node)
    }

    /// `POST /v1/collections/{collection}/contributions/selection`: contributions by their keys.
    func selection(_ request: Request, _ context: HubContext) async throws -> Response {
        let node = try context.requireHub()
        let collection = try context.collection()
        let body = try await DocumentBody(
            request,
            context,
            known: SelectionRequest.members,
            greatestBytes: Limits.selectionBytes
        )
        let keys: [ContributionKey]
        do throws(FeedLineError) {
            keys = try SelectionRequest(body.root).keys
        } catch { throw Problem(400, .bodyMalformed, error.description) }
        return try await stream(
            FeedRequest(feed: .contributions, collection: collection, keys: keys, includesVectors: true),
            request,
            of: node
        )
    }

    private func stream(_ feed: FeedRequest, _ request: Request, of node: EnrolledNode) async throws -> Response {
        let slot = try await hub.pullSlots.slot(of: node.name)
        let reader = try await FeedReader.open(feed, in: hub.store)
        let compresses = FeedRoutes.acceptsGzip(request.headers[.acceptEncoding])
        var headers: HTTPFields = [.contentType: ProtocolPaths.ndjson, .cacheControl: "no-store"]
        if compresses { headers[.contentEncoding] = "gzip" }
        let name = feed.feed == .winners ? "winners" : "contributions"
        return Response(
            status: .ok,
            headers: headers,
            body: ResponseBody { [hub] writer in
                let watch = StreamWatch(reader)
                defer {
                    watch.cancel()
                    withExtendedLifetime(slot) {}
                }
                do {
                    let bytes = try await FeedRoutes.write(reader, to: &writer, compressed: compresses)
                    hub.metrics.add("tributary_feed_bytes_total", ["feed": name], amount: bytes)
                } catch {
                    await reader.finish()
                    throw error
                }
                try await writer.finish(nil)
            }
        )
    }

    /// Whether an `Accept-Encoding` header names gzip with a weight above 0 (RFC 9110, 12.5.3).
    static func acceptsGzip(_ header: String?) -> Bool {
        (header ?? "").lowercased().split(separator: ",").contains { choice in
            let parts = choice.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
            guard parts.first == "gzip" || parts.first == "x-gzip" else { return false }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }?.dropFirst(2)
            return weight.flatMap { Double($0) } != 0
        }
    }

    private static func write(
        _ reader: FeedReader,
        to writer: inout any ResponseBodyWriter,
        compressed: Bool
    ) async throws -> Int64 {
        let deflater = compressed ? try GzipDeflater() : nil
        var sent: Int64 = 0
        var next = try await reader.next()
        while let chunk = next {
            // Read and encoded while this one is written.
            async let following = reader.next()
            var output: [UInt8] = []
            if let deflater {
                try chunk.withUnsafeBytes { try deflater.append($0, into: &output) }
            } else {
                output = chunk
            }
            if !output.isEmpty {
                try await writer.write(ByteBuffer(bytes: output))
                sent += Int64(output.count)
            }
            next = try await following
        }
        if let deflater {
            var output: [UInt8] = []
            try deflater.finish(into: &output)
            try await writer.write(ByteBuffer(bytes: output))
            sent += Int64(output.count)
        }
        return sent
    }
}

extension Hub {
    /// Waits until the feed of `since` has moved beyond it, at most `seconds`; not at all where there is neither.
    func wait(_ seconds: Int64?, beyond since: Cursor?) async throws {
        guard let seconds, let since else { return }
        let end = ContinuousClock.now + .seconds(seconds)
        while true {
            let generation = await signal.generation()
            guard try await store.head(of: since.feed, in: since.collection) == since.number else { return }
            let left = end - .now
            guard left > .zero, await signal.wait(beyond: generation, atMost: left) else { return }
        }
    }
}
