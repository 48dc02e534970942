import Digest
import Federation
import JSON
import Replication

/// A hub in memory that speaks the protocol, and fails on demand.
final class FakeHub: HubTransport {
    /// What goes wrong with one exchange.
    enum Fault: Sendable {
        /// The request never arrives.
        case lostRequest
        /// The request is carried out, and the reply never arrives.
        case lostReply
        /// The hub answers with a problem.
        case problem(Int, String, retryAfter: Int?)
        /// The reply ends behind this many lines.
        case cut(afterLines: Int)
        /// The reply's body is changed on its way.
        case changed(@Sendable (String) -> String)
    }

    struct Row {
        var contribution: Contribution
        var number: Int64
    }

    var hub = "11111111-1111-4111-8111-111111111111"
    var epoch = Array(repeating: UInt8(7), count: 16)
    var incarnation: Int32 = 1
    var policies: [CollectionName: CollectionPolicy] = [:]
    var checkpointInterval = 5
    /// Faults of the next exchanges whose target contains the text.
    var faults: [(target: String, fault: Fault)] = []
    /// Refuses items for which it returns a reason.
    var refuse: (PatternID) -> ItemRefusal? = { _ in nil }
    /// Method, target and item count of every exchange.
    var log: [String] = []
    var maximumItems = Int.max
    /// Whether every answer of a feed promises another.
    var alwaysHasMore = false
    var answers: Int64 = 0
    /// What nodes reported as applied; `nil` of a hub that is too old for it.
    var checkpoints: [String: String]? = [:]
    /// What operators are told about patterns, by the request's target.
    var explanations: [String: String] = [:]
    /// Winners that were merged.
    var merges: [PatternID: Merge] = [:]
    var lastCount = 0

    var contributions: [CollectionName: [ContributionKey: Row]] = [:]
    var winners: [CollectionName: [PatternID: (winner: Winner, number: Int64)]] = [:]
    var number: Int64 = 0
    let clock: TestClock
    let hasher = SHA256()

    init(clock: TestClock, collections: [CollectionName] = [.skills]) {
        self.clock = clock
        for collection in collections {
            policies[collection] = CollectionPolicy(
                collection: collection,
                strategy: .highestValue,
                threshold: 0.7,
                valueRule: .valueScore,
                revision: 1
            )
        }
    }

    func exchange(
        _ request: HubRequest,
        onHead: (HubReply) throws -> Void,
        onBody: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> HubReply {
        var fault: Fault?
        if let index = faults.firstIndex(where: { request.target.contains($0.target) }) {
            fault = faults.remove(at: index).fault
        }
        lastCount = 0
        if case .lostRequest = fault { throw lost(request) }
        request.onSent?()
        if case .problem(let status, let code, let seconds) = fault {
            log.append("\(request.target) -> \(status)")
            return problem(status, code, seconds)
        }
        var (reply, body) = try answer(request)
        log.append("\(request.target.prefix { $0 != "?" }) \(lastCount)")
        if case .lostReply = fault { throw lost(request) }
        guard reply.isSuccess else { return reply }
        if case .changed(let change) = fault { body = Array(change(String(decoding: body, as: UTF8.self)).utf8) }
        var isCut = false
        if case .cut(let lines) = fault {
            let ends = body.indices.filter { body[$0] == 0x0A }
            if lines < ends.count {
                // A little of the next line comes too.
                body = Array(body[..<min(body.count, (lines == 0 ? 0 : ends[lines - 1] + 1) + 9)])
                isCut = true
            }
        }
        try onHead(reply)
        try FakeHub.deliver(body, onBody)
        if isCut { throw lost(request) }
        reply.body = []
        return reply
    }

    /// Hands a body out in pieces that respect nothing.
    private static func deliver(_ body: [UInt8], _ onBody: (UnsafeRawBufferPointer) throws -> Void) throws {
        var start = 0
        while start < body.count {
            let piece = Array(body[start..<min(start + 777, body.count)])
            try piece.withUnsafeBytes { try onBody($0) }
            start += piece.count
        }
    }

    private func lost(_ request: HubRequest) -> ReplicationError {
        ReplicationError(.unreachable, "\(request.target): the connection ended")
    }

    func problem(_ status: Int, _ code: String, _ seconds: Int? = nil) -> HubReply {
        let document: JSONValue = ["type": .string("urn:tributary:problem:\(code)"), "detail": "as the test wants it"]
        return HubReply(
            status: status,
            contentType: Problem.contentType,
            retryAfterSeconds: seconds,
            body: document.bytes
        )
    }

    private func answer(_ request: HubRequest) throws -> (HubReply, [UInt8]) {
        let name = request.headers.first { $0.0 == ProtocolPaths.nodeHeader }?.1 ?? ""
        guard let node = NodeName(name) else { return (problem(401, "unauthorized"), []) }
        if request.target.hasPrefix(ProtocolPaths.manifest) { return manifest(node, request) }
        if let answer = checkpoint(node, request) ?? explanation(request) { return answer }
        let parts = request.target.split(separator: "?")
        let path = parts[0].split(separator: "/")
        guard path.count == 4, let collection = CollectionName(String(path[2])), let policy = policies[collection]
        else {
            return (problem(404, "collection-unknown"), [])
        }
        let query = Dictionary(
            (parts.count > 1 ? parts[1] : "").split(separator: "&").map { pair in
                let sides = pair.split(separator: "=", maxSplits: 1)
                return (String(sides[0]), sides.count > 1 ? String(sides[1]) : "")
            },
            uniquingKeysWith: { $1 }
        )
        if request.method == .post { return push(node, policy, request.body ?? []) }
        let since: Int64
        switch position(query["since"], collection) {
        case .success(let number): since = number
        case .failure(let reply): return (reply.reply, [])
        }
        let head = HubReply(status: 200, contentType: ProtocolPaths.ndjson)
        if path[3] == "winners" { return (head, winnerFeed(policy, since, query["vectors"] == "1")) }
        return (head, contributionFeed(policy, since, query["origin"].flatMap(NodeName.init)))
    }

    private struct Refused: Error {
        var reply: HubReply
    }

    private func position(_ cursor: String?, _ collection: CollectionName) -> Result<Int64, Refused> {
        guard let cursor else { return .success(-1) }
        guard let cursor = Cursor(cursor), cursor.collection == collection else {
            return .failure(Refused(reply: problem(400, "cursor-malformed")))
        }
        guard cursor.epoch == epoch else { return .failure(Refused(reply: problem(409, "cursor-reset"))) }
        return .success(cursor.number)
    }
}

extension FakeHub {
    // MARK: Manifest

    private func manifest(_ node: NodeName, _ request: HubRequest) -> (HubReply, [UInt8]) {
        let entries = policies.values.sorted { $0.collection < $1.collection }.map { policy in
            ManifestDocument.Entry(
                policy: policy,
                winners: ManifestDocument.Feed(
                    set: winnerSet(policy.collection),
                    cursor: cursor(.winners, policy.collection, winnerHead(policy.collection))
                ),
                contributions: nil
            )
        }
        let identity = HubIdentity(hub: hub, epoch: UUIDText.format(epoch))
        let document = ManifestDocument(identity: identity, node: node, incarnation: incarnation, entries: entries)
        let bytes = document.json.bytes
        let tag = "\"\(SHA256.digest(of: bytes).hex.prefix(32))\""
        if request.headers.contains(where: { $0 == ("If-None-Match", tag) }) {
            return (HubReply(status: 304, entityTag: tag), [])
        }
        return (HubReply(status: 200, contentType: ProtocolPaths.json, entityTag: tag), bytes)
    }

    func cursor(_ feed: Cursor.Feed, _ collection: CollectionName, _ number: Int64) -> String {
        Cursor(epoch: epoch, feed: feed, collection: collection, number: number).text
    }

    func winnerHead(_ collection: CollectionName) -> Int64 {
        winners[collection]?.values.map(\.number).max() ?? 0
    }

    func winnerSet(_ collection: CollectionName) -> SetDigest {
        var set = SetDigest()
        for (winner, _) in (winners[collection] ?? [:]).values {
            guard let candidate = winner.candidate else { continue }
            set.insert(
                ItemDigest.winner(
                    collection: collection,
                    id: winner.id,
                    origin: candidate.origin,
                    version: candidate.version,
                    hasher: hasher
                )
            )
        }
        return set
    }

    // MARK: Push

    private func push(_ node: NodeName, _ policy: CollectionPolicy, _ body: [UInt8]) -> (HubReply, [UInt8]) {
        let items = body.split(separator: 0x0A)
        lastCount = items.count
        if items.count > maximumItems { return (problem(413, "too-many-items"), []) }
        let admission = Admission(
            policy: policy,
            origin: node,
            incarnation: incarnation,
            now: clock.now,
            hasher: hasher
        )
        var report = PushReport()
        var lines: [UInt8] = []
        for (index, item) in items.enumerated() {
            var id: PatternID?
            let verdict = item.withUnsafeBytes { bytes -> JSONValue? in
                do throws(Refusal) {
                    let record = RecordSlice(bytes: bytes, length: bytes.count)
                    let admitted = try admission.admit(record, id: &id)
                    if let refusal = refuse(admitted.contribution.id) {
                        report.add(.init(line: Int64(index + 1), id: id, verdict: .refused(Refusal(.clockAhead, ""))))
                        return [
                            "line": .integer(Int64(index + 1)), "id": .string("\(admitted.contribution.id)"),
                            "verdict": "refused", "code": .string(refusal.code), "detail": .string(refusal.detail),
                            "retryable": .boolean(refusal.isRetryable),
                        ]
                    }
                    let line = PushReport.Line(line: Int64(index + 1), id: id, verdict: join(admitted, policy))
                    report.add(line)
                    return line.verdict == .accepted ? nil : line.json
                } catch {
                    let line = PushReport.Line(line: Int64(index + 1), id: id, verdict: .refused(error))
                    report.add(line)
                    return line.json
                }
            }
            if let verdict { lines += verdict.bytes + [0x0A] }
        }
        let end: JSONValue = [
            "end": [
                "received": .integer(report.received), "accepted": .integer(report.accepted),
                "unchanged": .integer(report.unchanged), "stale": .integer(report.stale),
                "refused": .integer(report.refused), "verdicts": .integer(Int64(report.lines.count)),
                "digest": .string(SHA256.digest(of: lines).hex), "cursor": .string("opaque"),
            ]
        ]
        return (HubReply(status: 200, contentType: ProtocolPaths.ndjson), lines + end.bytes + [0x0A])
    }

    private func join(_ item: AdmittedItem, _ policy: CollectionPolicy) -> Verdict {
        let key = ContributionKey(id: item.contribution.id, origin: item.contribution.origin)
        if let stored = contributions[policy.collection]?[key]?.contribution.version {
            if item.contribution.version == stored { return .unchanged }
            if item.contribution.version.hasSameNumber(as: stored) {
                return .refused(Refusal(.revisionFork, "the same revision with other content"))
            }
            if item.contribution.version < stored { return .stale }
        } else if item.contribution.content == nil {
            return .unchanged
        }
        number += 1
        contributions[policy.collection, default: [:]][key] = Row(contribution: item.contribution, number: number)
        settle(key.id, policy)
        return .accepted
    }

    private func settle(_ id: PatternID, _ policy: CollectionPolicy) {
        let rows = (contributions[policy.collection] ?? [:]).filter { $0.key.id == id }.values
        let candidates = rows.compactMap { Candidate($0.contribution, under: policy) }
        let best = policy.strategy.winner(among: candidates)
        let winner = Winner(id: id, candidate: best, contributors: Int32(candidates.count))
        let standing = winners[policy.collection]?[id]?.winner
        if standing == nil, best == nil { return }
        if let standing, standing.servesTheSame(as: winner) { return }
        number += 1
        winners[policy.collection, default: [:]][id] = (winner, number)
    }

    /// Takes what another hub passed on.
    func keep(_ contribution: Contribution, in collection: CollectionName) {
        guard let policy = policies[collection] else { return }
        number += 1
        let key = ContributionKey(id: contribution.id, origin: contribution.origin)
        contributions[collection, default: [:]][key] = Row(contribution: contribution, number: number)
        settle(contribution.id, policy)
    }

    /// Says something as another node would.
    func say(
        _ node: String,
        _ id: String,
        _ value: Double,
        _ collection: CollectionName = .skills,
        text: String? = nil
    ) {
        guard let name = NodeName(node), let policy = policies[collection] else { return }
        clock.advance(.milliseconds(1))
        let more = text.map { #","text":"\#($0)""# } ?? ""
        let line = #"{"id":"\#(id)","payload":{"value_score":\#(value),"by":"\#(node)"\#(more)}}"#
        _ = push(name, policy, Array(line.utf8))
    }

    /// Takes something back as another node would.
    func retract(_ node: String, _ id: String, _ collection: CollectionName = .skills) {
        guard let name = NodeName(node), let policy = policies[collection] else { return }
        clock.advance(.milliseconds(1))
        let line = #"{"id":"\#(id)","revision":\#(clock.now.microseconds),"retracted":true}"#
        _ = push(name, policy, Array(line.utf8))
    }

    /// What the hub has of `node`, by id.
    func statements(of node: String, _ collection: CollectionName = .skills) -> [String: Contribution] {
        let rows = (contributions[collection] ?? [:]).filter { $0.key.origin.text == node }
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.key.id.description, $0.value.contribution) })
    }
}

extension CollectionName {
    /// The collection that most tests work on.
    static var skills: CollectionName {
        guard let name = CollectionName("skills-patterns") else { preconditionFailure("a name") }
        return name
    }
}
