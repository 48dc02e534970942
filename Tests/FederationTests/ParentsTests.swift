import Digest
import Federation
import JSON
import Testing
import TestSupport

@Suite("Parents of merged winners")
struct ParentsTests {
    private func parent(_ origin: String, revision: Int64 = 5) -> FeedLine.Parent {
        FeedLine.Parent(
            origin: Histories.known(NodeName(origin)),
            incarnation: 2,
            revision: revision,
            checksum: SHA256.digest(of: Array(origin.utf8))
        )
    }

    private func line(_ parents: [FeedLine.Parent]) throws -> FeedLine {
        let payload = Array(#"{"value_score":0.9}"#.utf8)
        let id = try PatternID("a")
        let checksum = PatternChecksum.content(
            collection: Histories.collection,
            id: id,
            payload: payload,
            hasher: SHA256()
        )
        return FeedLine(
            id: id,
            state: .live,
            provenance: FeedLine.Provenance(
                origin: Histories.known(NodeName("alice")),
                version: ContributionVersion(
                    incarnation: 1,
                    revision: 7,
                    checksum: checksum,
                    vectorDigest: .none
                ),
                path: [Histories.known(NodeName("hub-us"))],
                parents: parents,
                receivedAt: Timestamp(microseconds: 1)
            ),
            value: 0.9,
            updatedAt: nil,
            payload: payload,
            vector: nil
        )
    }

    private func text(_ parents: [FeedLine.Parent]) throws -> String {
        var bytes: [UInt8] = []
        try line(parents).append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func read(_ text: String) throws -> FeedLine {
        try FeedLine(JSONDocument(parsing: Array(text.utf8)).root, collection: Histories.collection, hasher: SHA256())
    }

    @Test("Parents come back as they went out, right behind the path, and are not there without a merge")
    func comeBack() throws {
        let parents = [parent("alice"), parent("bruno", revision: .max - 1)]
        let line = try text(parents)
        #expect(try read(line) == self.line(parents))
        #expect(
            line.contains(#""path":["hub-us"],"parents":[{"origin":"alice","incarnation":2,"revision":5,"checksum":""#)
        )
        let plain = try text([])
        #expect(plain.contains(#""path":["hub-us"],"received_at""#))
        #expect(try read(plain).provenance?.parents == [])
    }

    @Test(
        "Parents that are not exactly that are refused",
        arguments: [
            (#""parents":[{"#, #""parents":{"x":[{"#), (#""parents":[{"#, #""parents":["alice",{"#),
            (#""parents":[{"#, #""parents":[null,{"#), (#"[{"origin":"alice""#, #"[{"origin":"-""#),
            (#"[{"origin":"alice","#, #"[{"#), (#""incarnation":2"#, #""incarnation":2147483648"#),
            (#""incarnation":2"#, #""incarnation":"2""#), (#""revision":5"#, #""revision":0"#),
            (#""revision":5"#, #""revision":9223372036854775807"#), (#""revision":5"#, #""revision":5.5"#),
            (#""revision":5,"checksum":""#, #""revision":5,"checksum":"0"#),
            // Each origin once, in order.
            (#"{"origin":"bruno""#, #"{"origin":"alice""#), (#"{"origin":"bruno""#, #"{"origin":"aaron""#),
        ]
    )
    func refused(_ part: String, _ other: String) throws {
        let line = try text([parent("alice"), parent("bruno")])
        var changed = line.replacing(part, with: other)
        if other.contains("{\"x\":") { changed = changed.replacing("}],\"received_at\"", with: "}]},\"received_at\"") }
        #expect(changed != line)
        let error = #expect(throws: FeedLineError.self) { try read(changed) }
        #expect(error?.description.contains("parent") == true)
    }

    @Test("There is a greatest number of parents")
    func bounded() throws {
        func many(_ count: Int) -> [FeedLine.Parent] { (0..<count).map { parent("n\(100_000 + $0)") } }
        #expect(try read(text(many(Limits.parents))).provenance?.parents.count == Limits.parents)
        let error = #expect(throws: FeedLineError.self) { try read(text(many(Limits.parents + 1))) }
        #expect(error?.description.contains("\(Limits.parents)") == true)
    }
}
