import Digest
import Federation
import HTTPTypes
import HubStore
import Hummingbird
import JSON

/// Answers `POST /v1/collections/{collection}/contributions`.
struct PushRoute: Sendable {
    let hub: Hub

    func callAsFunction(_ request: Request, _ context: HubContext) async throws -> Response {
        let node = try context.requireNode()
        let policy = try await hub.store.policy(of: try context.collection())
        let body = try BodyReader(request, context)
        let slow = Problem(408, .requestTimedOut, "the push took longer than \(HubDeadlines.bodySeconds) s to arrive")
        let slot = try await hub.pushSlots.slot(of: node.name)
        let report = try await withDeadline(seconds: HubDeadlines.bodySeconds, slow) { [hub] in
            var receiver = PushReceiver(
                hub: hub,
                node: node,
                policy: policy,
                splitter: LineSplitter(limit: Limits.itemBytes)
            )
            try await receiver.receive(body)
            return receiver.report
        }
        withExtendedLifetime(slot) {}
        return Response(
            status: .ok,
            headers: [.contentType: ProtocolPaths.ndjson],
            body: .init(byteBuffer: ByteBuffer(bytes: PushRoute.answer(report)))
        )
    }

    private static func answer(_ report: PushReport) -> [UInt8] {
        var output: [UInt8] = []
        for line in report.lines {
            line.json.append(to: &output)
            output.append(UInt8(ascii: "\n"))
        }
        var end: [JSONValue.Member] = [
            .init("received", .integer(report.received)), .init("accepted", .integer(report.accepted)),
            .init("unchanged", .integer(report.unchanged)), .init("stale", .integer(report.stale)),
            .init("refused", .integer(report.refused)), .init("verdicts", .integer(Int64(report.lines.count))),
            .init("digest", .string(SHA256.digest(of: output).hex)),
        ]
        if let cursor = report.cursor { end.append(.init("cursor", .string(cursor))) }
        JSONValue.object([.init("end", .object(end))]).append(to: &output)
        output.append(UInt8(ascii: "\n"))
        return output
    }
}

extension HubContext {
    /// The collection that the path names; throws a ``Problem``.
    func collection() throws -> CollectionName {
        let text = parameters.get("collection") ?? ""
        guard let name = CollectionName(text) else {
            throw Problem(
                404,
                .collectionUnknown,
                "'\(text.prefix(80))' is no collection: names are [a-z0-9][a-z0-9._-]{0,63}"
            )
        }
        return name
    }
}
