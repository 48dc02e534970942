import Digest
import Federation
import JSON
import Testing
import TestSupport

@Suite("What travels")
struct WireTests {
    private let epoch = (0..<16).map { UInt8($0) }

    @Test("A cursor comes back as it went out, and a garbled one is none")
    func cursor() throws {
        let cursor = Cursor(epoch: epoch, feed: .winners, collection: Histories.collection, number: 1_234_567_890_123)
        #expect(Cursor(cursor.text) == cursor)
        for position in cursor.text.indices {
            var garbled = cursor.text
            garbled.replaceSubrange(position...position, with: garbled[position] == "A" ? "B" : "A")
            let read = Cursor(garbled)
            #expect(read == nil, "changed at \(garbled.distance(from: garbled.startIndex, to: position))")
        }
        #expect(Cursor("") == nil)
        #expect(Cursor(String(repeating: "A", count: 300)) == nil)
    }

    private func line(_ text: String) throws -> FeedLine {
        let item = try admit(text)
        let contribution = item.contribution
        let content = try #require(contribution.content)
        return FeedLine(
            id: contribution.id,
            state: .live,
            provenance: FeedLine.Provenance(
                origin: contribution.origin,
                version: contribution.version,
                path: [Histories.known(NodeName("hub-us"))],
                receivedAt: Timestamp(microseconds: 1_795_000_000_000_001)
            ),
            value: content.value,
            updatedAt: content.updatedAt,
            payload: content.payload,
            vector: content.vector.map {
                FeedLine.VectorFacts(model: $0.model, dimension: $0.dimension, bytes: $0.bytes)
            }
        )
    }

    private func read(_ bytes: [UInt8]) throws -> FeedLine {
        try FeedLine(
            try JSONDocument(parsing: bytes).root,
            collection: Histories.collection,
            hasher: SHA256()
        )
    }

    @Test(
        "A feed line comes back as it went out",
        arguments: [
            #"{"id":"a","revision":5,"payload":{"value_score":0.9,"x":"é\n\u2028","n":[1e-7,1e21]}}"#,
            #"{"id":18446744073709551615,"payload":{"value_score":0.7},"vector":[0.1,0.2],"vector_model":"m"}"#,
            #"{"id":"\u00e9","payload":{"value_score":1}}"#,
        ]
    )
    func feedLine(text: String) throws {
        let line = try line(text)
        var bytes: [UInt8] = []
        line.append(to: &bytes)
        #expect(bytes.last == UInt8(ascii: "\n"))
        #expect(try read(bytes) == line)
    }

    @Test("A line whose content was changed on the way is refused")
    func tampered() throws {
        var bytes: [UInt8] = []
        try line(#"{"id":"a","revision":5,"payload":{"value_score":0.9,"x":"abc"},"vector":[1,2]}"#).append(to: &bytes)
        let text = String(decoding: bytes, as: UTF8.self)
        for (part, other) in [("abc", "abd"), (#""id":"a""#, #""id":"b""#), ("AACAPw", "AACAQA")] {
            let changed = text.replacing(part, with: other)
            #expect(changed != text)
            #expect(throws: FeedLineError.self, "\(part)") { try read(Array(changed.utf8)) }
        }
    }

    @Test("Markers, verdicts and manifests come back as they went out")
    func documents() throws {
        let marker = FeedMarker(
            isEnd: true,
            lines: 7,
            digest: SHA256.digest(of: [1]),
            cursor: "c",
            hasMore: false,
            total: SetDigest(count: 3, sum: SHA256.digest(of: [2]))
        )
        #expect(try FeedMarker(JSONDocument(parsing: marker.json.bytes).root) == marker)
        var following = marker
        following.isFollowing = true
        #expect(try FeedMarker(JSONDocument(parsing: following.json.bytes).root) == following)
        let verdict = PushReport.Line(
            line: 3,
            id: try PatternID("x"),
            verdict: .refused(Refusal(.clockAhead, "too \"early\""))
        )
        #expect(PushReport.Line(try JSONDocument(parsing: verdict.json.bytes).root) == verdict)
        let manifest = ManifestDocument(
            identity: HubIdentity(hub: "h", epoch: "e"),
            node: Histories.known(NodeName("alice")),
            incarnation: 2,
            entries: [
                ManifestDocument.Entry(
                    policy: Histories.policy(.latest, threshold: 0.75, revision: 4),
                    winners: ManifestDocument.Feed(set: SetDigest(count: 1, sum: .none), cursor: "w"),
                    contributions: ManifestDocument.Feed(set: SetDigest(count: 2, sum: .none), cursor: "k"),
                    resolutions: ManifestDocument.Feed(set: SetDigest(count: 3, sum: .none), cursor: "r")
                )
            ]
        )
        #expect(ManifestDocument(try JSONDocument(parsing: manifest.json.bytes).root) == manifest)
    }

    @Test("What a spoke sends is what a hub admits")
    func pushLine() throws {
        let item = try admit(
            #"{"id":"a","revision":5,"payload":{"value_score":0.9},"vector":[1,2],"vector_model":"m"}"#
        )
        let content = try #require(item.contribution.content)
        var bytes: [UInt8] = []
        PushLine.append(
            id: item.contribution.id,
            revision: 5,
            checksum: item.contribution.version.checksum,
            payload: content.payload,
            vector: content.vector,
            to: &bytes
        )
        #expect(try admit(String(decoding: bytes, as: UTF8.self)) == item)
        bytes = []
        PushLine.appendRetraction(id: item.contribution.id, revision: 6, to: &bytes)
        let retraction = try admit(String(decoding: bytes, as: UTF8.self))
        #expect(retraction.contribution.statement == .retraction)
        #expect(retraction.contribution.version.revision == 6)
    }

    @Test("A token has 256 random bits, is recognised by its whole text, and never shows itself")
    func tokens() throws {
        var generator = SplitMix64(seed: 1)
        let token = NodeToken(using: &generator)
        #expect(NodeToken(token.secretText)?.hash == token.hash)
        #expect(NodeToken(token.secretText)?.id == token.id)
        #expect(NodeToken(String(token.secretText.dropLast())) == nil)
        #expect(NodeToken("tributary_x_y") == nil)
        #expect(!"\(token)".contains(token.secretText.suffix(20)))
        #expect(!String(reflecting: token).contains(token.secretText.suffix(20)))
    }

    @Test(
        "Times are read and printed as ISO 8601",
        arguments: [
            "0001-01-01T00:00:00.000000Z", "1969-12-31T23:59:59.999999Z", "1970-01-01T00:00:00.000000Z",
            "2000-02-29T12:34:56.789012Z", "2100-02-28T00:00:00.000000Z", "9999-12-31T23:59:59.999999Z",
        ]
    )
    func timestamps(text: String) {
        #expect(Timestamp(text)?.description == text)
    }

    @Test("Any time of the years 1 to 9999 reads back as itself, in digits of fixed number")
    func anyTimestamp() throws {
        var generator = SplitMix64(seed: 5)
        for _ in 0..<20_000 {
            let time = Timestamp(
                microseconds: Int64.random(in: -62_135_596_800_000_000..<253_402_300_800_000_000, using: &generator)
            )
            #expect(time.description.utf8.count == "2026-11-21T08:30:00.000000Z".utf8.count)
            #expect(Timestamp(time.description) == time)
        }
    }

    @Test(
        "What names no time is none",
        arguments: [
            "", "2026", "2026-13-01", "2026-02-29", "2026-01-01T24:00:00Z", "2026-01-01T00:00:00X", "0000-01-01",
            "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00+25:00", " 2026-01-01", "2026-01-01T00:00:00ZZ",
        ]
    )
    func noTimestamps(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test("Percent-encoding comes back as it went out")
    func percentEncoding() {
        let bytes = (0...255).map { UInt8($0) }
        #expect(PercentEncoding.decode(PercentEncoding.encode(bytes)) == bytes)
        #expect(PercentEncoding.decode("%4") == nil)
        #expect(PercentEncoding.decode("%zz") == nil)
    }

    @Test("Ids that a vector database cannot hold become the same UUIDv5 everywhere")
    func qdrantIDs() throws {
        #expect(
            QdrantID.json(try PatternID("18446744073709551615"), in: Histories.collection).text
                == "18446744073709551615"
        )
        let mapped = QdrantID.json(try PatternID("skill-123"), in: Histories.collection).text
        #expect(mapped == #""4add6fc5-dcdd-51e5-b9b1-dac3838441ca""#)
    }
}
