import Digest
import Federation
import HTTPTypes
import HubStore
import Hummingbird
import JSON
import NIOCore

/// The API of the system that came before, in its shapes: further doors to the same rooms.
struct PredecessorRoutes: Sendable {
    let hub: Hub
    /// Whether manifests are made for the predecessor's unmodified client, which pushes or pulls a collection in a
    /// round, never both: one round collects, the next distributes.
    let takesTurns: Bool

    func manifest(_ request: Request, _ context: HubContext) async throws -> Response {
        let node = try context.requireNode()
        let document = try await hub.store.manifest(for: node)
        let known = takesTurns ? try await hub.store.predecessorClient(node.name) : [:]
        let time = hub.now().naiveText
        var collections: [JSONValue.Member] = []
        var next: [CollectionName: PredecessorClient] = [:]
        for entry in document.entries {
            let name = entry.policy.collection
            var highValue = JSONValue.integer(entry.winners.set.count)
            if takesTurns {
                let client = known[name] ?? PredecessorClient(turn: .collect, secondID: .none, vectorDimension: nil)
                let bait = client.bait
                next[name] = client.afterManifest(distributed: bait != nil)
                guard let bait else { continue }
                highValue = bait
            }
            collections.append(.init(name.text, PredecessorRoutes.entry(entry, highValue: highValue, time: time)))
        }
        try await hub.store.notePredecessorClient(next, of: node.name)
        return Response(
            json: [
                "node_id": .string("tributary-\(document.identity.hub)"), "timestamp": .string(time),
                "collections": .object(collections),
                "upstreams": .array(try await upstreams(for: node)),
            ]
        )
    }

    /// How it stands with the hubs that this one is a node of; with what is for operators where `node` is one's.
    private func upstreams(for node: EnrolledNode) async throws -> [JSONValue] {
        let now = hub.now()
        let withDetails = node.scopes.contains(.review)
        return try await hub.store.upstreamStatus(now: now).map { $0.json(now: now, withDetails: withDetails) }
    }

    private static func entry(
        _ entry: ManifestDocument.Entry,
        highValue: JSONValue,
        time: String
    ) -> JSONValue {
        [
            "name": .string(entry.policy.collection.text),
            "count": .integer(entry.winners.set.count),
            "last_updated": .string(time),
            "high_value_count": highValue,
            "checksum": .string(String(entry.winners.set.sum.hex.prefix(16))),
        ]
    }

    /// All winners as one array.
    ///
    /// An unknown collection is empty there, not an error.
    func export(_ request: Request, _ context: HubContext) async throws -> Response {
        let node = try context.requireNode()
        guard let collection = context.parameters.get("collection").flatMap(CollectionName.init) else {
            return Response(json: [])
        }
        let dimension =
            takesTurns ? try await hub.store.predecessorClient(node.name)[collection]?.vectorDimension : nil
        let slot = try await hub.pullSlots.slot(of: node.name)
        let reader = try await ExportReader.open(collection, dimension: dimension, in: hub.store)
        let time = hub.now().naiveText
        return Response(
            status: .ok,
            headers: [.contentType: ProtocolPaths.json],
            body: ResponseBody { writer in
                let watch = StreamWatch(reader)
                defer {
                    watch.cancel()
                    withExtendedLifetime(slot) {}
                }
                do {
                    try await writer.write(ByteBuffer(string: "["))
                    var isFirst = true
                    while case let winners = try await reader.next(), !winners.isEmpty {
                        var output: [UInt8] = []
                        for winner in winners {
                            if !isFirst { output.append(UInt8(ascii: ",")) }
                            isFirst = false
                            winner.append(to: &output, collection: collection, time: time)
                        }
                        try await writer.write(ByteBuffer(bytes: output))
                    }
                    try await writer.write(ByteBuffer(string: "]"))
                } catch {
                    await reader.finish()
                    throw error
                }
                try await writer.finish(nil)
            }
        )
    }

    func `import`(_ request: Request, _ context: HubContext) async throws -> Response {
        let node = try context.requireNode()
        let collection = try context.collection()
        let policy = try await hub.store.policy(of: collection)
        let body = try BodyReader(request, context)
        let slow = Problem(408, .requestTimedOut, "the import took longer than \(HubDeadlines.bodySeconds) s to arrive")
        let slot = try await hub.pushSlots.slot(of: node.name)
        let (report, client) = try await withDeadline(seconds: HubDeadlines.bodySeconds, slow) { [hub] in
            var receiver = PushReceiver(
                hub: hub,
                node: node,
                policy: policy,
                splitter: ArraySplitter(limit: Limits.itemBytes),
                readsExports: true
            )
            try await receiver.receive(body)
            return (receiver.report, receiver.predecessorClient)
        }
        withExtendedLifetime(slot) {}
        if takesTurns { try await hub.store.notePredecessorClient([collection: client], of: node.name) }
        return Response(json: ["imported": .integer(report.accepted + report.unchanged + report.stale)])
    }

    /// The hub starts no rounds of its own towards its clients.
    func sync(_ request: Request, _ context: HubContext) async throws -> Response {
        Response(json: ["results": []])
    }
}

extension PushReceiver {
    /// What the push told about its sender as a predecessor's client.
    fileprivate var predecessorClient: PredecessorClient {
        let second: PredecessorClient.SecondID =
            switch firstIDs.count < 2 ? nil : firstIDs[1].kind {
            case nil: .none
            case .unsignedInteger: .integer
            case .uuid, .text: .uuid
            }
        return PredecessorClient(
            turn: second == .none ? .collect : .distribute,
            secondID: second,
            vectorDimension: vectorDimension.map(Int32.init)
        )
    }
}

extension PredecessorClient {
    /// The `high_value_count` that makes the client pull: it compares it with its own second id, as text or as a
    /// number.
    ///
    /// `nil` where the collection has to be left out, which makes it push.
    fileprivate var bait: JSONValue? {
        guard turn == .distribute else { return nil }
        switch secondID {
        case .none: return nil
        // Behind every UUID in text order.
        case .uuid: return "~"
        // Greater than every unsigned 64-bit integer.
        case .integer: return .raw(Array("100000000000000000000".utf8))
        }
    }

    fileprivate func afterManifest(distributed: Bool) -> PredecessorClient {
        PredecessorClient(
            turn: distributed || secondID == .none ? .collect : .distribute,
            secondID: secondID,
            vectorDimension: vectorDimension
        )
    }
}

extension ExportedWinner {
    fileprivate func append(to output: inout [UInt8], collection: CollectionName, time: String) {
        let qdrantID = QdrantID.json(id, in: collection)
        output.append(contentsOf: #"{"id":"#.utf8)
        qdrantID.append(to: &output)
        if let vector {
            let values = PatternVector(model: nil, bytes: vector, digest: .none)
            output.append(contentsOf: #","vector":"#.utf8)
            values.json.append(to: &output)
        }
        output.append(contentsOf: #","payload":"#.utf8)
        if case .text = id.kind {
            // The client's database cannot hold this id, so its own is kept in the payload and comes back with it.
            output.append(contentsOf: payload.dropLast())
            output.append(contentsOf: payload.count > 2 ? #","federation":{"id":"#.utf8 : #""federation":{"id":"#.utf8)
            JSONValue.string(id.description).append(to: &output)
            output.append(contentsOf: "}}".utf8)
        } else {
            output.append(contentsOf: payload)
        }
        output.append(contentsOf: #","source_node":"#.utf8)
        JSONValue.string(origin.text).append(to: &output)
        output.append(contentsOf: #","export_timestamp":"#.utf8)
        JSONValue.string(time).append(to: &output)
        output.append(UInt8(ascii: "}"))
    }
}
