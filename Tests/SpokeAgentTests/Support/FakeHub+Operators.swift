import Digest
import Federation
import JSON
import Replication

extension FakeHub {
    /// What was made of several contributions.
    struct Merge {
        var payload: [UInt8]
        var parents: [FeedLine.Parent]
    }

    /// Serves `payload`, which is canonical, for `id`, as made of what these nodes say; the best of them is the winner.
    func merge(_ id: String, _ payload: String, of nodes: [String], _ collection: CollectionName = .skills) throws {
        let id = try PatternID(id)
        guard var winner = winners[collection]?[id]?.winner else { return }
        let parents = nodes.sorted().compactMap { node -> FeedLine.Parent? in
            guard let name = NodeName(node),
                let version = contributions[collection]?[ContributionKey(id: id, origin: name)]?.contribution.version
            else { return nil }
            return FeedLine.Parent(
                origin: name,
                incarnation: version.incarnation,
                revision: version.revision,
                checksum: version.checksum
            )
        }
        merges[id] = Merge(payload: Array(payload.utf8), parents: parents)
        winner.candidate?.version.checksum = PatternChecksum.content(
            collection: collection,
            id: id,
            payload: Array(payload.utf8),
            hasher: hasher
        )
        number += 1
        winners[collection, default: [:]][id] = (winner, number)
    }

    /// Has never heard of what `node` said of a pattern, as a hub that was restored.
    func forget(_ node: String, _ id: String, _ collection: CollectionName = .skills) throws {
        guard let origin = NodeName(node) else { return }
        contributions[collection]?[ContributionKey(id: try PatternID(id), origin: origin)] = nil
        winners[collection]?[try PatternID(id)] = nil
    }

    /// Answers a report on what was applied; `nil` where the request is none.
    func checkpoint(_ node: NodeName, _ request: HubRequest) -> (HubReply, [UInt8])? {
        guard request.target.hasSuffix("/checkpoint") else { return nil }
        guard checkpoints != nil else { return (problem(404, "not-found"), []) }
        guard request.method == .put, let body = request.body, let document = try? JSONDocument(parsing: body),
            let cursor = document.root["cursor"]?.string
        else { return (problem(400, "body-malformed"), []) }
        let collection = request.target.split(separator: "/")[2]
        checkpoints?["\(node) \(collection)"] = cursor
        let answer: JSONValue = ["collection": .string(String(collection)), "cursor": .string(cursor)]
        return (HubReply(status: 200, contentType: ProtocolPaths.json), answer.bytes)
    }

    /// Answers what the hub knows about a pattern; `nil` where the request asks for something else.
    func explanation(_ request: HubRequest) -> (HubReply, [UInt8])? {
        guard request.target.contains("/patterns/") else { return nil }
        guard let text = explanations[request.target] else { return (problem(404, "not-found"), []) }
        return (HubReply(status: 200, contentType: ProtocolPaths.json), Array(text.utf8))
    }
}
