import Digest
import Federation
import JSON
import Testing
import TestSupport

@Suite("Content digests")
struct ContentDigestTests {
    private func digest(_ payload: String, collection: String = "skills-patterns") -> SHA256Digest {
        ContentDigest.of(
            canonicalPayload: MergeCases.canonical(Array(payload.utf8)),
            collection: Histories.known(CollectionName(collection)),
            hasher: SHA256()
        )
    }

    @Test("It is SHA-256 over what the documents say")
    func definition() {
        let text = Array("n1\0skills-patterns\0".utf8) + Array(#"{"a":1,"z":[2]}"#.utf8)
        #expect(digest(#"{"z":[2],"id":"x","a":1}"#) == SHA256.digest(of: text))
        #expect(digest(#"{"vector":[2],"id":"x"}"#) == SHA256.digest(of: Array("n1\0skills-patterns\0{}".utf8)))
    }

    @Test(
        "Who said it, when, and how good it was does not matter",
        arguments: [
            "id", "pattern_id", "value_score", "confidence_score", "success_count", "failure_count", "usage_count",
            "endorsement_count", "success_rate", "last_updated", "last_used", "last_used_at", "last_validated",
            "first_seen", "created_at", "updated_at", "timestamp", "imported_from", "import_timestamp", "federation",
            "source_node", "export_timestamp", "vector",
        ]
    )
    func volatile(name: String) {
        let plain = digest(#"{"description":"x","zeal":1}"#)
        #expect(digest(#"{"description":"x","zeal":1,"\#(name)":{"id":["a\"",1]}}"#) == plain)
        #expect(digest(#"{"description":"x","zeal":1,"\#(name)s":1}"#) != plain)
    }

    @Test("What is said, and in which collection, does")
    func lasting() {
        let one = digest(#"{"description":"x","steps":[{"id":1}]}"#)
        #expect(digest(#"{"description":"y","steps":[{"id":1}]}"#) != one)
        #expect(digest(#"{"description":"x","steps":[{"id":2}]}"#) != one)
        #expect(digest(#"{"description":"x"}"#) != one)
        #expect(digest(#"{"description":"x","steps":[{"id":1}]}"#, collection: "other") != one)
    }

    @Test("Bytes that are no canonical object are taken as they are")
    func damaged() {
        let name = Histories.known(CollectionName("c"))
        for text in ["", "{", #"{"id":1"#, #"{"id":1,"a":}"#] {
            let found = ContentDigest.of(canonicalPayload: Array(text.utf8), collection: name, hasher: SHA256())
            #expect(found == SHA256.digest(of: Array("n1\0c\0".utf8) + Array(text.utf8)))
        }
    }
}
