import Digest
import Federation
import Testing
import TestSupport

@Suite("What many make long")
struct LongListTests {
    private let rules: MergeRules = {
        var rules = MergeRules()
        rules.set("examples", .union(cap: 1_000))
        rules.set("uses", .sum)
        return rules
    }()

    private func candidate(_ origin: Int, _ payload: [UInt8], value: Double) -> Candidate {
        let id = PatternID(canonical: Array("long".utf8))
        let collection = Histories.collection
        let checksum = PatternChecksum.content(collection: collection, id: id, payload: payload, hasher: SHA256())
        return Candidate(
            origin: Histories.known(NodeName("node-\(origin)")),
            version: ContributionVersion(incarnation: 1, revision: 1, checksum: checksum, vectorDigest: .none),
            value: value,
            updatedAt: Timestamp(microseconds: Int64(origin)),
            payload: payload
        )
    }

    /// What `origins` say, each with its own examples of so many bytes.
    private func candidates(_ origins: Int, examples: Int, bytes: Int) -> [Candidate] {
        (0..<origins).map { origin in
            let texts = (0..<examples).map { example in
                "\"" + "\(origin)-\(example)-" + String(repeating: "x", count: bytes) + "\""
            }
            let payload = #"{"examples":[\#(texts.joined(separator: ","))],"uses":1}"#
            return candidate(origin, Array(payload.utf8), value: 0.7 + Double(origin) / 1_000)
        }
    }

    @Test("A merged list has no more bytes than it may, or than the best one's own")
    func bounded() throws {
        let many = try #require(PatternMerge(candidates(30, examples: 3, bytes: 10_000), rules: rules))
        #expect(many.payload.count <= Limits.mergedListBytes + 1_000)
        #expect(many.payload.count > 25_000)
        let huge = try #require(PatternMerge(candidates(22, examples: 1, bytes: 250_000), rules: rules))
        #expect(huge.payload.count <= 251_000)
        #expect(huge.parents.count == 22)
    }

    @Test("Saying again what was cut short changes nothing", arguments: [3_000, 9_000, 40_000])
    func echo(bytes: Int) throws {
        let said = candidates(12, examples: 2, bytes: bytes)
        let merged = try #require(PatternMerge(said, rules: rules))
        let copies = (20..<23).map { candidate($0, merged.payload, value: merged.value) }
        let again = try #require(PatternMerge(said + copies, rules: rules))
        #expect(again.payload == merged.payload)
        #expect(again.parents.map(\.origin) == merged.parents.map(\.origin))
    }
}
