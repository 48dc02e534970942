import Digest
import Federation
import Testing
import TestSupport

@Suite("Admission of what a hub passes on")
struct RelayAdmissionTests {
    private static let north = Histories.known(NodeName("north"))
    private static let now = Histories.known(Timestamp("2026-11-21T12:00:00Z"))
    private static let payload = #"{"value_score":0.9}"#

    private static func admit(_ text: String, speakingAs incarnation: Int32? = 3) throws -> AdmittedItem {
        var id: PatternID?
        return try Admission(
            of: Histories.policy(.highestValue),
            relayedBy: north,
            speakingAs: incarnation,
            now: now,
            hasher: SHA256()
        ).admit(Array(text.utf8), id: &id)
    }

    private static func checksum(_ id: String) throws -> String {
        PatternChecksum.content(
            collection: Histories.collection,
            id: try PatternID(id),
            payload: Array(payload.utf8),
            hasher: SHA256()
        ).hex
    }

    private static func line(_ id: String, path: String = "[]", _ rest: String) throws -> String {
        #"{"id":"\#(id)","state":"live","origin":"kenji","incarnation":2,"revision":7,"checksum":"\#(try checksum(id))","#
            + #""path":\#(path)\#(rest)}"#
    }

    @Test("A statement stays what it was, and the relay is added to its path")
    func statement() throws {
        let line = try RelayAdmissionTests.line("a", path: #"["east"]"#, #","payload":\#(RelayAdmissionTests.payload)"#)
        let item = try RelayAdmissionTests.admit(line)
        #expect(item.isRelayed)
        #expect(item.isNumbered)
        #expect(item.contribution.origin.text == "kenji")
        #expect(item.contribution.version.incarnation == 2)
        #expect(item.contribution.version.revision == 7)
        #expect(item.contribution.path.map(\.text) == ["east", "north"])
    }

    @Test("A line without text is a retraction by its checksum, else a statement whose text was erased")
    func withoutText() throws {
        let vector = String(repeating: "1", count: 64)
        let erased = try RelayAdmissionTests.admit(RelayAdmissionTests.line("a", #","vector_digest":"\#(vector)""#))
        #expect(erased.contribution.statement == .erased)
        #expect(erased.contribution.version.vectorDigest.hex == vector)
        #expect(erased.contribution.version.checksum.hex == (try RelayAdmissionTests.checksum("a")))
        let taken = PatternChecksum.retraction(
            collection: Histories.collection,
            id: try PatternID("a"),
            hasher: SHA256()
        ).hex
        let text = #"{"id":"a","origin":"kenji","incarnation":2,"revision":8,"checksum":"\#(taken)"}"#
        #expect(try RelayAdmissionTests.admit(text).contribution.statement == .retraction)
    }

    @Test("What names no origin is the hub's own statement, as any node's")
    func own() throws {
        for origin in ["", #","origin":"north""#] {
            let text = #"{"id":"a","revision":7,"payload":\#(RelayAdmissionTests.payload)\#(origin)}"#
            let item = try RelayAdmissionTests.admit(text)
            #expect(!item.isRelayed)
            #expect(item.contribution.origin == RelayAdmissionTests.north)
            #expect(item.contribution.version.incarnation == 3)
            #expect(item.contribution.path.isEmpty)
            // A hub that was asked speaks for others alone.
            #expect(throws: Refusal.self) { try RelayAdmissionTests.admit(text, speakingAs: nil) }
        }
    }

    @Test("A statement without the vector that it names is another one, and refused")
    func vector() throws {
        let digest = String(repeating: "1", count: 64)
        let line = try RelayAdmissionTests.line(
            "a",
            #","vector_digest":"\#(digest)","payload":\#(RelayAdmissionTests.payload)"#
        )
        do {
            _ = try RelayAdmissionTests.admit(line)
            Issue.record("it was admitted")
        } catch let refusal as Refusal {
            #expect(refusal.code == .vectorInvalid)
        }
    }
}
