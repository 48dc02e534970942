import Digest
import Federation
import JSON
import Testing

@Suite("Snapshots")
struct SnapshotTests {
    private let skills = CollectionName("skills-patterns")
    private let errors = CollectionName("error-solutions")

    /// A small snapshot with all that one can hold, and its items by collection.
    private func sample() throws -> (bytes: [UInt8], items: [CollectionName: [SnapshotItem]]) {
        let (skills, errors) = (try #require(skills), try #require(errors))
        let items = [
            skills: [
                try Snapshot.item(
                    "skill-123",
                    #"{"value_score":0.9,"text":"caf\u00e9 \"\\"}"#,
                    in: skills,
                    revision: 7
                ),
                try Snapshot.item("18446744073709551615", #"{"value_score":0.8}"#, in: skills, vector: [0.25, -1e-9]),
                try Snapshot.item("5c56c793-69f3-4fbf-87e6-c4bf54c28c20", "{}", in: skills, revision: 8, parents: true),
            ],
            errors: [],
        ]
        return (try Snapshot.write([(skills, items[skills] ?? []), (errors, [])]), items)
    }

    @Test("What was written is read again, in pieces of any size")
    func roundTrip() throws {
        let (bytes, items) = try sample()
        for size in [1, 2, 3, 7, 64, bytes.count] {
            let found = try Snapshot.read(bytes, pieces: size)
            #expect(found.items == items.filter { !$0.value.isEmpty })
            #expect(found.summary.isVerified)
            #expect(found.summary.nodeID == "here")
            #expect(found.summary.takenAt == Timestamp("2026-11-21T12:00:00Z"))
            #expect(found.summary.entries.map(\.items) == [3, 0])
            #expect(found.refused.isEmpty)
        }
    }

    @Test("No beginning of a snapshot is taken for a whole one")
    func truncations() throws {
        let (bytes, _) = try sample()
        for end in 0..<bytes.count {
            let error = try #require(throws: SnapshotError.self) {
                _ = try Snapshot.read(Array(bytes[..<end]), pieces: 50)
            }
            #expect(error.kind == .truncated, "\(end)")
            #expect(error.place?.offset == Int64(end))
        }
    }

    @Test("Whatever byte is changed: the snapshot is refused, or its items are the same")
    func changes() throws {
        let (bytes, items) = try sample()
        let expected = items.filter { !$0.value.isEmpty }
        var accepted = 0
        for index in bytes.indices {
            for mask: UInt8 in [0x01, 0x20, 0x80] {
                var changed = bytes
                changed[index] ^= mask
                do {
                    let found = try Snapshot.read(changed, pieces: changed.count)
                    #expect(found.items == expected, "byte \(index)")
                    accepted += 1
                } catch is SnapshotError {}
            }
        }
        // What nobody reads may change: the predecessor's own figures.
        #expect(accepted > 0)
    }

    @Test(
        "What is told of a snapshot or an item beside its content is what was written",
        arguments: [
            (#""node_id":"here""#, #""node_id":"there""#), (#""timestamp":"2026-11-21T"#, #""timestamp":"2026-11-22T"#),
            (#""source_node":""#, #""source_node":"x"#), (#""export_timestamp":"2026"#, #""export_timestamp":"2025"#),
        ]
    )
    func retold(was: String, becomes: String) throws {
        let (bytes, _) = try sample()
        let text = String(decoding: bytes, as: UTF8.self)
        let changed = text.replacing(was, with: becomes, maxReplacements: 1)
        #expect(changed != text)
        let error = try #require(throws: SnapshotError.self) { _ = try Snapshot.read(Array(changed.utf8), pieces: 64) }
        #expect(error.kind == .damaged)
    }

    @Test("Members in another order and more space change nothing")
    func spelling() throws {
        let (bytes, items) = try sample()
        let text = String(decoding: bytes, as: UTF8.self)
        let split = try #require(text.firstRange(of: ",\n\"collections\":"))
        let manifest = text[..<split.lowerBound].dropFirst()
        let collections = text[split.upperBound...].dropLast()
        let turned = "\n { \"collections\" :\t" + collections + " ,\r\n" + manifest + "}\n"
        let found = try Snapshot.read(Array(turned.utf8), pieces: 11)
        #expect(found.items == items.filter { !$0.value.isEmpty })
        #expect(found.summary.isVerified)
        // What does not match is told at the end then, and by its place all the same.
        let broken = turned.replacing("0.9", with: "0.8", maxReplacements: 1)
        let error = try #require(throws: SnapshotError.self) { _ = try Snapshot.read(Array(broken.utf8), pieces: 11) }
        #expect(error.kind == .damaged)
        #expect(error.place?.item == 1)
    }

    @Test("Of a snapshot that says nothing of itself, what cannot be read is refused item by item")
    func predecessor() throws {
        let skills = try #require(skills)
        let large = String(repeating: "x", count: Limits.snapshotItemBytes)
        let text = """
            {"manifest": {"node_id": "old", "timestamp": "2025-12-19T10:30:00.5", "collections": {
              "skills-patterns": {"count": 9, "high_value_count": 18446744073709551615}}}, "collections": {
              "skills-patterns": [
                {"id": "1", "vector": [1, 0.5], "payload": {"a": 1, "imported_from": "bruno"}, "source_node": "old"},
                {"id": 2, "payload": {"text": "\(large)"}}, 7, {"id": 3, "payload": {"a": 1, "a": 2}},
                {"id": 4, "payload": {"a": 1, "federation": {"origin": "x", "checksum": "00"}}, "source_node": "old"}
              ]}}
            """
        let found = try Snapshot.read(Array(text.utf8), pieces: 4_096)
        #expect(!found.summary.isVerified)
        #expect(found.summary.takenAt == Timestamp("2025-12-19T10:30:00.5Z"))
        #expect(found.refused == [.itemTooLarge, .malformedJSON, .malformedJSON])
        let items = try #require(found.items[skills])
        #expect(items.map(\.id.description) == ["1", "4"])
        #expect(items[0].importedFrom == NodeName("bruno"))
        #expect(items[0].vector?.count == 8)
        // What was changed since it was pulled is the word of whoever has it.
        #expect(items.map(\.identity.origin) == [NodeName("old"), NodeName("old")])
        #expect(!items[1].identity.isContribution)
    }

    @Test(
        "What is no snapshot is told from a damaged one",
        arguments: [
            ("hello", SnapshotError.Kind.foreign), ("[]", .foreign), (#"{"result": {}}"#, .foreign), ("{}", .foreign),
            (#"{"manifest": {}}"#, .foreign), (#"{"manifest": {}, "collections": {}, "x": 1}"#, .damaged),
            (#"{"manifest": {}, "manifest": {}}"#, .damaged), (#"{"manifest": [], "collections": {}}"#, .damaged),
            (#"{"manifest": {}, "collections": []}"#, .damaged),
            (#"{"manifest": {}, "collections": {"a": {}}}"#, .damaged),
            (#"{"manifest": {}, "collections": {"a": [1,]}}"#, .damaged),
            (#"{"manifest": {}, "collections": {"a": [], "a": []}}"#, .damaged),
            (#"{"manifest": {}, "collections": {"A b": []}}"#, .damaged),
            (#"{"manifest": {}, "collections": {}}}"#, .damaged),
            (#"{"manifest": {"a": 1, "a": 2}, "collections": {}}"#, .damaged),
            (#"{"manifest": {"tributary": {"format": 2}}, "collections": {}}"#, .newer),
            (#"{"manifest": {"tributary": {}}, "collections": {}}"#, .damaged),
        ]
    )
    func foreign(text: String, kind: SnapshotError.Kind) throws {
        for size in [1, 1_000] {
            let error = try #require(throws: SnapshotError.self) {
                _ = try Snapshot.read(Array(text.utf8), pieces: size)
            }
            #expect(error.kind == kind, "\(text): \(error)")
        }
    }

    @Test("A manifest that announces something else than came is not kept")
    func announced() throws {
        let skills = try #require(skills)
        let manifest = SnapshotManifest(
            nodeID: "here",
            takenAt: nil,
            entries: [.init(collection: skills, set: SetDigest(count: 1, sum: .none))]
        )
        var writer = SnapshotWriter(manifest, hasher: SHA256())
        var output: [UInt8] = []
        writer.begin(to: &output)
        writer.begin(skills, to: &output)
        #expect(throws: SnapshotError.self) { try writer.end(to: &output) }
    }

    @Test("Every 32-bit number of a vector comes back as itself")
    func vectors() throws {
        var bits: UInt32 = 0x9E37_79B9
        let values = (0..<20_000).map { _ -> Float in
            bits = bits &* 1_664_525 &+ 1_013_904_223
            let value = Float(bitPattern: bits)
            return value.isFinite ? value : 0.5
        }
        let bytes = values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
        for start in stride(from: 0, to: values.count, by: 1_000) {
            let part = Array(bytes[(start * 4)..<((start + 1_000) * 4)])
            var text: [UInt8] = []
            PatternVector(model: nil, bytes: part, digest: .none).append(to: &text)
            let node = try JSONDocument(parsing: text).root
            let again = try PatternVector(node, model: nil, hasher: SHA256())
            // There is no negative zero in a canonical number, and none is needed.
            let expected = values[start..<(start + 1_000)].map { $0 == 0 ? 0 : $0 }
            #expect(again.values == expected)
        }
    }
}
