import Digest
import Federation
import JSON
import Replication
import Testing

@Suite("A hub that answers with more than was asked for")
struct HostileHubTests {
    private static let cursor = Cursor(
        epoch: [UInt8](repeating: 7, count: 16),
        feed: .resolutions,
        collection: .compared,
        number: 1
    ).text

    /// So many lines that are no resolutions, with an end marker that counts them.
    private static func unreadable(_ count: Int) -> [UInt8] {
        let marker = FeedMarker(isEnd: true, lines: Int64(count), digest: .none, cursor: cursor)
        return Array(String(repeating: "{}\n", count: count).utf8) + marker.json.bytes + [0x0A]
    }

    @Test("Of lines that are no resolutions the first reason is kept, and how many they are")
    func unreadableResolutions() throws {
        let client = Pair.client(CannedHub(ProtocolPaths.ndjson) { _ in HostileHubTests.unreadable(1_000) })
        let portion = try client.resolutions(of: .compared, since: nil)
        #expect(portion.resolutions.isEmpty && portion.unreadable == 1_000)
        #expect(portion.reason?.isEmpty == false)
    }

    @Test("More resolutions than an answer may have are given up at the first too many")
    func tooManyResolutions() throws {
        let client = Pair.client(CannedHub(ProtocolPaths.ndjson) { _ in HostileHubTests.unreadable(1_001) })
        let error = #expect(throws: ReplicationError.self) { try client.resolutions(of: .compared, since: nil) }
        #expect(error?.kind == .integrity)
        #expect(error?.description.contains("more than 1000 lines") == true)
    }

    @Test(
        "What a hub says it accepted is no more than what was sent",
        arguments: [("0", true), ("2", true), ("3", false), ("-1", false), ("9223372036854775807", false)]
    )
    func accepted(count: String, isBelieved: Bool) throws {
        let client = Pair.client(
            CannedHub(ProtocolPaths.json) { _ in Array(#"{"received":2,"accepted":\#(count),"refused":[]}"#.utf8) }
        )
        let answer = try? client.push(resolutions: [], count: 2, to: .compared)
        #expect(answer == (isBelieved ? Int64(count).map { ResolutionAnswer(accepted: $0, refused: []) } : nil))
    }

    @Test("Digests of more parts than were asked for are not used")
    func tooManyParts() throws {
        let client = Pair.client(CannedHub(ProtocolPaths.json) { try Dividing.answer($0, parts: 17) })
        #expect(throws: ReplicationError.self) {
            try client.digests(DigestsRequest(ranges: [PatternRange()]), of: .compared)
        }
    }

    @Test(
        "A comparison with a hub that divides without end does, after as many requests as what it says it has is worth"
    )
    func endless() throws {
        let hub = CannedHub(ProtocolPaths.json) { try Dividing.answer($0, parts: 2) }
        var tally = ReconciliationTally()
        #expect(throws: ReplicationError.self) {
            try ReconciliationCycle(client: Pair.client(hub), collection: .compared).run(MemorySide(), &tally)
        }
        #expect(tally.requests <= 64 + 4)
    }

    @Test("A comparison holds no more ranges than its bound, whatever a hub says it has")
    func open() throws {
        let hub = CannedHub(ProtocolPaths.json) { try Dividing.answer($0, parts: 16, count: .max) }
        var tally = ReconciliationTally()
        #expect(throws: ReplicationError.self) {
            try ReconciliationCycle(client: Pair.client(hub), collection: .compared).run(MemorySide(), &tally)
        }
        #expect(tally.requests < 64)
    }
}

/// Answers everything in one way.
private final class CannedHub: HubTransport {
    private let type: String
    private let body: ([UInt8]) throws -> [UInt8]

    init(_ type: String, _ body: @escaping ([UInt8]) throws -> [UInt8]) {
        (self.type, self.body) = (type, body)
    }

    func exchange(
        _ request: HubRequest,
        onHead: (HubReply) throws -> Void,
        onBody: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> HubReply {
        let reply = HubReply(status: 200, contentType: type)
        try onHead(reply)
        try body(request.body ?? []).withUnsafeBytes { try onBody($0) }
        return reply
    }
}

/// Divides every range into parts of which each differs.
private enum Dividing {
    static func answer(_ body: [UInt8], parts: Int, count: Int64 = 8) throws -> [UInt8] {
        let request = try DigestsRequest(JSONDocument(parsing: body).root)
        let set = SetDigest(count: count, sum: SHA256.digest(of: [1]))
        let ranges = try request.ranges.map { range in
            var rest = range
            var summaries: [RangeSummary] = []
            for index in 1..<parts {
                // Behind where the range begins, and before it ends: that goes on with another letter.
                let letter = Character(UnicodeScalar(UInt8(ascii: "a") + UInt8(index)))
                let to = try PatternID((range.from?.description ?? "") + "!\(letter)")
                guard rest.contains(to) else { break }
                summaries.append(RangeSummary(range: PatternRange(from: rest.from, to: to), set: set))
                rest.from = to
            }
            return DigestsAnswer.Range(set: set, detail: .parts(summaries + [RangeSummary(range: rest, set: set)]))
        }
        return DigestsAnswer(epoch: "one", cursor: "c", ranges: ranges).json.bytes
    }
}
