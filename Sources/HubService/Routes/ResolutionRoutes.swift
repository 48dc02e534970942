import Digest
import Federation
import HTTPTypes
import HubStore
import Hummingbird
import JSON
import Logging
import NIOCore

/// `/v1/collections/{collection}/resolutions`: what operators resolved, as hubs pass it on to each other.
struct ResolutionRoutes: Sendable {
    let hub: Hub

    /// `GET`: the feed.
    func read(_ request: Request, _ context: HubContext) async throws -> Response {
        _ = try context.requireHub()
        let collection = try context.collection()
        let query = try QueryParameters(request, known: ["since", "limit", "wait"])
        let since = try query.cursor("since", feed: .resolutions, collection: collection)
        let limit = try query.integer("limit", in: 1...Int64(Limits.resolutionItems))
        try await hub.wait(query.waitSeconds(), beyond: since)
        let body = try await hub.store.resolutionFeed(
            of: collection,
            since: since,
            maximumItems: limit.map { Int($0) } ?? Limits.resolutionItems
        )
        return Response(
            status: .ok,
            headers: [.contentType: ProtocolPaths.ndjson, .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(bytes: body))
        )
    }

    /// `POST`: what another hub has.
    func take(_ request: Request, _ context: HubContext) async throws -> Response {
        let node = try context.requireHub()
        let collection = try context.collection()
        // That there is such a collection is said before the body is read.
        _ = try await hub.store.policy(of: collection)
        let body = try BodyReader(request, context)
        let slow = Problem(408, .requestTimedOut, "the push took longer than \(HubDeadlines.bodySeconds) s to arrive")
        let slot = try await hub.pushSlots.slot(of: node.name)
        let received = try await withDeadline(seconds: HubDeadlines.bodySeconds, slow) {
            try await ReceivedResolutions(body, about: collection, now: hub.now())
        }
        let accepted = try await hub.store.relay(
            received.resolutions,
            by: node.name,
            from: node,
            into: collection,
            now: hub.now
        )
        withExtendedLifetime(slot) {}
        for refusal in received.refused {
            hub.logger.warning(
                "a resolution was not taken",
                metadata: ["node": .string(node.name.text), "reason": .string(refusal.detail)]
            )
        }
        return Response(json: [
            "received": .integer(received.lines),
            "accepted": .integer(Int64(accepted)),
            "unchanged": .integer(Int64(received.resolutions.count - accepted)),
            "refused": .array(
                received.refused.map { ["line": .integer($0.line), "detail": .string($0.detail)] }
            ),
        ])
    }
}

/// The resolutions of one request's body.
private struct ReceivedResolutions: Sendable {
    /// A line that is no resolution.
    struct Refused: Sendable {
        var line: Int64
        var detail: String
    }

    private(set) var resolutions: [Resolution] = []
    private(set) var refused: [Refused] = []
    private(set) var lines: Int64 = 0
    private var bytes = 0
    private let latest: Int64

    /// Reads `body` to its end; throws a ``Problem``.
    init(_ body: BodyReader, about collection: CollectionName, now: Timestamp) async throws {
        latest = now.adding(seconds: Limits.clockAheadSeconds).microseconds
        var splitter = LineSplitter(limit: Limits.resolutionBytes)
        let hasher = SHA256()
        for try await piece in body {
            bytes += piece.count
            guard bytes <= Limits.resolutionRequestBytes else {
                throw Problem(
                    413,
                    .bodyTooLarge,
                    "a request has at most \(Limits.resolutionRequestBytes) bytes of resolutions; send several"
                )
            }
            try piece.withUnsafeBytes { bytes in
                try splitter.split(bytes) { try take($0, collection, hasher) }
            }
        }
        try splitter.finish { try take($0, collection, hasher) }
    }

    private mutating func take(_ record: RecordSlice, _ collection: CollectionName, _ hasher: SHA256) throws {
        lines += 1
        guard lines <= Limits.resolutionItems else {
            throw Problem(
                413,
                .tooManyItems,
                "a request has at most \(Limits.resolutionItems) resolutions; send the rest in further ones"
            )
        }
        guard !record.isOversized else {
            refused.append(Refused(line: lines, detail: "the line has more than \(Limits.resolutionBytes) bytes"))
            return
        }
        do {
            let root = try JSONDocument(parsing: record.bytes).root
            let resolution = try Resolution(root, collection: collection, hasher: hasher)
            guard resolution.revision <= latest else {
                refused.append(
                    Refused(line: lines, detail: "its revision is more than a day ahead of this hub's clock")
                )
                return
            }
            resolutions.append(resolution)
        } catch {
            refused.append(Refused(line: lines, detail: "\(error)"))
        }
    }
}
