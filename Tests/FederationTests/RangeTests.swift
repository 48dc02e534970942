import Digest
import Federation
import JSON
import Testing
import TestSupport

@Suite("Ranges by which hubs compare")
struct RangeTests {
    private static func item(_ text: String) -> SHA256Digest { SHA256.digest(of: Array(text.utf8)) }

    @Test("Parts follow on each other, hold everything once, and are no more than asked for", arguments: 0..<50)
    func division(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let whole = PatternRange(from: try PatternID("m"), to: try PatternID("n"))
        let count = Int.random(in: 0...400, using: &generator)
        let greatest = Int.random(in: 2...20, using: &generator)
        let ids = try (0..<count).map { _ in
            try PatternID("m\(1_000 + Int.random(in: 0...300, using: &generator))")
        }.sorted()
        var division = RangeDivision(of: whole, into: greatest)
        for (position, id) in ids.enumerated() { division.insert(id, RangeTests.item("\(position)")) }
        let parts = division.summaries()
        #expect((1...greatest).contains(parts.count))
        #expect(parts.first?.range.from == whole.from)
        #expect(parts.last?.range.to == whole.to)
        for (part, next) in zip(parts, parts.dropFirst()) { #expect(part.range.to == next.range.from) }
        for part in parts {
            var set = SetDigest()
            for (position, id) in ids.enumerated() where part.range.contains(id) {
                set.insert(RangeTests.item("\(position)"))
            }
            #expect(set == part.set)
        }
        // About equal, so that each question divides what differs: patterns have several contributions here.
        let distinct = Set(ids).count
        if distinct >= greatest * 2 { #expect(parts.count >= greatest / 2) }
    }

    @Test("Request and answer are read as they were written")
    func documents() throws {
        let id = try PatternID("a \"quoted\" id")
        let request = DigestsRequest(ranges: [PatternRange(), PatternRange(from: id)], parts: 3, list: 0)
        #expect(try DigestsRequest(JSONDocument(parsing: request.json.bytes).root) == request)
        let version = StatementVersion(
            key: ContributionKey(id: id, origin: Histories.known(NodeName("alice"))),
            version: ContributionVersion(
                incarnation: 2,
                revision: 7,
                checksum: RangeTests.item("content"),
                vectorDigest: RangeTests.item("vector")
            )
        )
        var set = SetDigest()
        set.insert(RangeTests.item("x"))
        let answer = DigestsAnswer(
            epoch: "epoch",
            cursor: "cursor",
            ranges: [
                DigestsAnswer.Range(
                    set: set,
                    detail: .parts([
                        RangeSummary(range: PatternRange(to: id), set: set),
                        RangeSummary(range: PatternRange(from: id), set: SetDigest()),
                    ])
                ),
                DigestsAnswer.Range(set: set, detail: .items([version])),
            ]
        )
        let root = try JSONDocument(parsing: answer.json.bytes).root
        #expect(DigestsAnswer(root, to: request) == answer)
        #expect(DigestsAnswer(root, to: DigestsRequest(ranges: [PatternRange()])) == nil)
        let selection = SelectionRequest(keys: [version.key])
        #expect(try SelectionRequest(JSONDocument(parsing: selection.json.bytes).root) == selection)
    }

    @Test(
        "What is out of bounds is refused, and an answer that would never end is none",
        arguments: [
            #"{}"#, #"{"ranges":[]}"#, #"{"ranges":[1]}"#, #"{"ranges":[{"from":""}]}"#,
            #"{"ranges":[{}],"parts":1}"#, #"{"ranges":[{}],"list":-1}"#, #"{"ranges":[{}],"parts":65}"#,
        ]
    )
    func refused(text: String) throws {
        let root = try JSONDocument(parsing: Array(text.utf8)).root
        #expect(throws: FeedLineError.self) { try DigestsRequest(root) }
    }

    @Test("An answer whose parts do not become smaller is not read")
    func endless() throws {
        let digest = SHA256Digest.none.hex
        let text = #"""
            {"epoch":"e","cursor":"c","ranges":[{"count":9,"digest":"\#(digest)","parts":[
            {"to":"a","count":0,"digest":"\#(digest)"},{"count":9,"digest":"\#(digest)"}]}]}
            """#
        let root = try JSONDocument(parsing: Array(text.utf8)).root
        #expect(DigestsAnswer(root, to: DigestsRequest(ranges: [PatternRange(from: try PatternID("a"))])) == nil)
        #expect(DigestsAnswer(root, to: DigestsRequest(ranges: [PatternRange()])) != nil)
    }

    @Test("An answer with more parts, or more contributions, than were asked for is not read")
    func unasked() throws {
        let digest = SHA256Digest.none.hex
        let parts = ["a", "b"].map { #"{"to":"\#($0)","count":1,"digest":"\#(digest)"},"# }.joined()
        let divided = try JSONDocument(
            parsing: Array(
                #"""
                {"epoch":"e","cursor":"c","ranges":[{"count":3,"digest":"\#(digest)","parts":[
                \#(parts){"count":1,"digest":"\#(digest)"}]}]}
                """#.utf8
            )
        ).root
        #expect(DigestsAnswer(divided, to: DigestsRequest(ranges: [PatternRange()], parts: 3)) != nil)
        #expect(DigestsAnswer(divided, to: DigestsRequest(ranges: [PatternRange()], parts: 2)) == nil)
        let version = ContributionVersion(incarnation: 1, revision: 1, checksum: .none, vectorDigest: .none)
        let items = try [("a", "alice"), ("a", "kenji"), ("b", "alice")].map { id, origin in
            let origin = Histories.known(NodeName(origin))
            return StatementVersion(key: ContributionKey(id: try PatternID(id), origin: origin), version: version)
        }
        let listed = DigestsAnswer(
            epoch: "e",
            cursor: "c",
            ranges: [.init(set: SetDigest(count: 3), detail: .items(items))]
        )
        let root = try JSONDocument(parsing: listed.json.bytes).root
        #expect(DigestsAnswer(root, to: DigestsRequest(ranges: [PatternRange()], list: 3)) == listed)
        #expect(DigestsAnswer(root, to: DigestsRequest(ranges: [PatternRange()], list: 2)) == nil)
        // What is said about one pattern cannot be divided.
        let single = DigestsAnswer(
            epoch: "e",
            cursor: "c",
            ranges: [.init(set: SetDigest(count: 2), detail: .items(Array(items.prefix(2))))]
        )
        let singleRoot = try JSONDocument(parsing: single.json.bytes).root
        #expect(DigestsAnswer(singleRoot, to: DigestsRequest(ranges: [PatternRange()], list: 1)) == single)
    }

    @Test("A resolution is read as it was written, its content checked")
    func resolutions() throws {
        var generator = SplitMix64(seed: 5)
        let history = Histories.random(statements: 60, patterns: 4, origins: 3, using: &generator)
        let resolutions = Histories.resolutions(about: history, count: 60, using: &generator)
        #expect(resolutions.count > 50)
        for resolution in resolutions {
            let root = try JSONDocument(parsing: resolution.line.bytes).root
            let read = try Resolution(root, collection: Histories.collection, hasher: SHA256())
            #expect(read == resolution)
            #expect(
                read.itemDigest(in: Histories.collection, hasher: SHA256())
                    == resolution.itemDigest(in: Histories.collection, hasher: SHA256())
            )
        }
        let other = Histories.known(CollectionName("other"))
        let chosen = try #require(
            resolutions.first { if case .content = $0.decision { true } else { false } }
        )
        #expect(throws: FeedLineError.self) {
            try Resolution(try JSONDocument(parsing: chosen.line.bytes).root, collection: other, hasher: SHA256())
        }
    }
}
