import Digest
import Federation
import JSON
import Replication

/// A hub in memory that answers what hubs ask of each other, counts bytes, and breaks off on demand.
final class MemoryHub: HubTransport {
    var statements = Statements()
    /// Replies of feeds that end behind so many bytes, one after the other.
    var cuts: [Int] = []
    /// Lines between two checkpoints.
    var checkpointInterval = 20
    private(set) var requests = 0
    private(set) var bytes = 0
    private(set) var pushedKeys: [ContributionKey] = []
    private(set) var targets: [String] = []
    private let hasher = SHA256()
    private let epoch = [UInt8](repeating: 7, count: 16)

    func exchange(
        _ request: HubRequest,
        onHead: (HubReply) throws -> Void,
        onBody: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> HubReply {
        request.onSent?()
        requests += 1
        targets.append(request.target)
        var body: [UInt8]
        let type: String
        switch request.target.split(separator: "?")[0].split(separator: "/").last {
        case "digests": (body, type) = (try digests(request.body ?? []), ProtocolPaths.json)
        case "selection": (body, type) = (try selection(request.body ?? []), ProtocolPaths.ndjson)
        case _ where request.method == .post: (body, type) = (try push(request.body ?? []), ProtocolPaths.ndjson)
        default: (body, type) = (feed(since: request.target), ProtocolPaths.ndjson)
        }
        bytes += (request.body?.count ?? 0) + body.count
        var isCut = false
        if request.method == .get, !cuts.isEmpty {
            let cut = cuts.removeFirst()
            isCut = cut < body.count
            body = Array(body.prefix(cut))
        }
        try onHead(HubReply(status: 200, contentType: type))
        try body.withUnsafeBytes { try onBody($0) }
        if isCut { throw ReplicationError(.unreachable, "the connection ended") }
        return HubReply(status: 200, contentType: type)
    }

    private func digests(_ body: [UInt8]) throws -> [UInt8] {
        let request = try DigestsRequest(JSONDocument(parsing: body).root)
        let ranges = request.ranges.map { range -> DigestsAnswer.Range in
            let items = statements.sorted(in: range)
            var division = RangeDivision(of: range, into: request.parts)
            for item in items { division.insert(item.key.id, Statements.digest(item.key, item.version, hasher)) }
            return DigestsAnswer.Range(
                set: division.whole,
                detail: items.count <= request.list ? .items(items) : .parts(division.summaries())
            )
        }
        return DigestsAnswer(epoch: "one", cursor: cursor(0), ranges: ranges).json.bytes
    }

    private func selection(_ body: [UInt8]) throws -> [UInt8] {
        let keys = try SelectionRequest(JSONDocument(parsing: body).root).keys
        return lines(
            keys.compactMap { key in statements.versions[key].map { StatementVersion(key: key, version: $0) } },
            from: 0
        )
    }

    private func push(_ body: [UInt8]) throws -> [UInt8] {
        var splitter = LineSplitter(limit: 1 << 20)
        var output: [UInt8] = []
        var (received, accepted): (Int64, Int64) = (0, 0)
        try body.withUnsafeBytes { bytes in
            try splitter.split(bytes) { slice in
                received += 1
                guard let held = StatementVersion(try JSONDocument(parsing: slice.bytes).root) else { return }
                pushedKeys.append(held.key)
                if statements.join(held.key, held.version) {
                    accepted += 1
                } else {
                    let line: JSONValue = ["line": .integer(received), "verdict": "unchanged"]
                    output += line.bytes + [0x0A]
                }
            }
        }
        let end: JSONValue = [
            "end": [
                "received": .integer(received), "accepted": .integer(accepted),
                "unchanged": .integer(received - accepted), "stale": 0, "refused": 0,
                "verdicts": .integer(received - accepted), "digest": .string(SHA256.digest(of: output).hex),
            ]
        ]
        return output + end.bytes + [0x0A]
    }

    /// The contributions feed in the order of the keys, behind the cursor that `target` names.
    private func feed(since target: String) -> [UInt8] {
        let since = target.split(separator: "since=").dropFirst().first.flatMap { Cursor(String($0)) }
        return lines(statements.sorted(in: PatternRange()), from: Int(since?.number ?? 0))
    }

    private func lines(_ items: [StatementVersion], from start: Int) -> [UInt8] {
        var output: [UInt8] = []
        var set = SetDigest()
        for (index, item) in items.enumerated().dropFirst(start) {
            output += Statements.line(item)
            set.insert(Statements.digest(item.key, item.version, hasher))
            let count = index + 1 - start
            if count % checkpointInterval == 0, index + 1 < items.count {
                let marker = FeedMarker(
                    isEnd: false,
                    lines: Int64(count),
                    digest: set.sum,
                    cursor: cursor(Int64(index + 1))
                )
                output += marker.json.bytes + [0x0A]
            }
        }
        let end = FeedMarker(
            isEnd: true,
            lines: set.count,
            digest: set.sum,
            cursor: cursor(Int64(max(items.count, start)))
        )
        return output + end.json.bytes + [0x0A]
    }

    private func cursor(_ number: Int64) -> String {
        Cursor(epoch: epoch, feed: .contributions, collection: .compared, number: number).text
    }
}
