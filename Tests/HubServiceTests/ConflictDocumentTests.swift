import Digest
import Federation
import HubService
import JSON
import Testing

@Suite("Contents side by side")
struct ConflictDocumentTests {
    private func rows(_ payloads: String...) -> [String] {
        FieldComparison.of(payloads.map { Array($0.utf8) }).map { row in
            let values = row.values.map { $0.map { String(decoding: $0, as: UTF8.self) } ?? "-" }
            return (row.differs ? "* " : "  ") + row.field + ": " + values.joined(separator: " | ")
        }
    }

    @Test("Members of objects are fields of their own, arrays are one value, and what is missing is told from null")
    func fields() {
        let found = rows(
            #"{"a":{"b":{"c":1},"d":"x"},"e":[1,2],"f":null}"#,
            #"{"a":{"b":{"c":2},"d":"x"},"e":[1,3]}"#
        )
        #expect(found == ["* a.b.c: 1 | 2", "  a.d: \"x\" | \"x\"", "* e: [1,2] | [1,3]", "* f: null | -"])
    }

    @Test("An object without members is a value, and no name passes for a path")
    func names() {
        #expect(rows(#"{"a":{}}"#, #"{"a":{"b":1}}"#) == ["* a: {} | -", "* a.b: - | 1"])
        #expect(rows(#"{"a.b":1,"a":{"b":1},"":2}"#) == [#"  "": 2"#, #"  "a.b": 1"#, "  a.b: 1"])
        // Composed and decomposed: the same for Swift, and two names for everybody else.
        #expect(rows("{\"\u{E9}\":1,\"e\u{301}\":2}").count == 2)
    }

    private func candidate(_ origin: String, _ payload: String, _ value: Double) throws -> Candidate {
        Candidate(
            origin: try #require(NodeName(origin)),
            version: ContributionVersion(
                incarnation: 1,
                revision: 1,
                checksum: SHA256.digest(of: Array(payload.utf8)),
                vectorDigest: .none
            ),
            value: value,
            updatedAt: Timestamp(microseconds: Int64(value * 100)),
            payload: Array(payload.utf8)
        )
    }

    @Test("Contributors of one content share a version, with the greatest value of any")
    func versions() throws {
        let versions = ConflictVersion.distinct(among: [
            try candidate("bob", #"{"a":1}"#, 0.7), try candidate("alice", #"{"a":2}"#, 0.9),
            try candidate("carol", #"{"a":1}"#, 0.8),
        ])
        #expect(versions.map(\.number) == [1, 2])
        #expect(versions.map { $0.origins.map(\.text) } == [["bob", "carol"], ["alice"]])
        #expect(versions.map(\.value) == [0.8, 0.9])
        #expect(versions[0].updatedAt == Timestamp(microseconds: 80))
    }

    @Test("A version is named by its number or by the first six digits of its checksum, and by nothing between")
    func naming() throws {
        let versions = ConflictVersion.distinct(among: [
            try candidate("alice", #"{"a":1}"#, 0.9), try candidate("bob", #"{"a":2}"#, 0.8),
        ])
        let second = versions[1].checksum.hex
        #expect(versions.named("2").map(\.number) == [2])
        #expect(versions.named(String(second.prefix(6))).map(\.number) == [2])
        #expect(versions.named(second.uppercased()).map(\.number) == [2])
        #expect(versions.named(versions[1].shortName).map(\.number) == [2])
        for name in ["", "0", "3", "-1", String(second.prefix(5)), second + "0", "zzzzzz"] {
            #expect(versions.named(name).isEmpty, "\(name)")
        }
    }
}
