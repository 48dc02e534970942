import JSON
import Qdrant
import Testing

@Suite("Points are read as they arrive")
struct ReadingTests {
    private static let last = #"{"result":{"points":[],"next_page_offset":null},"status":"ok","time":0.1}"#

    private func page(_ ids: [String], next: String) -> String {
        let points = ids.map { #"{"id":\#($0),"payload":{"a":"]},{"},"vector":[0.5,1]}"# }.joined(separator: ",")
        return #"{"result":{"points":[\#(points)],"next_page_offset":\#(next)},"status":"ok","time":0.002}"#
    }

    private func keys(_ server: CannedQdrant, _ selection: PointSelection = PointSelection(.all)) throws -> [String] {
        var found: [String] = []
        try server.client().forEachPoint(of: "c", selection) { found.append($0.key) }
        return found
    }

    @Test("Page after page, with ids beyond 63 bits, whatever the pieces", arguments: [1, 3, 7, 10_000])
    func pages(pieceBytes: Int) throws {
        let uuid = #""5c56c793-69f3-4fbf-87e6-c4bf54c28c20""#
        let server = CannedQdrant(
            [.reply(200, page(["1", "18446744073709551615"], next: uuid)), .reply(200, page([uuid], next: "null"))],
            pieceBytes: pieceBytes
        )
        #expect(try keys(server) == ["1", "18446744073709551615", uuid])
        #expect(server.requests.map(\.target) == Array(repeating: "/collections/c/points/scroll", count: 2))
        #expect(!server.requests[0].body.contains("offset"))
        #expect(server.requests[1].body.contains(#""offset":\#(uuid)"#))
    }

    @Test("A page that breaks off goes on behind the last point that came", arguments: [80, 140])
    func brokenOff(bytes: Int) throws {
        let whole = page(["1", "2", "3"], next: "4")
        let server = CannedQdrant([
            .cut(whole, after: bytes), .reply(200, whole), .reply(200, page(["4"], next: "null")),
        ])
        var seen = try keys(server)
        // What was handed out before the break is asked to begin with, and not handed out twice.
        if bytes == 140 {
            #expect(
                server.requests[1].body.contains(#""offset":2"#) || server.requests[1].body.contains(#""offset":1"#)
            )
        }
        seen.sort()
        #expect(Set(seen).count == 4)
    }

    @Test("A page beyond the limit is asked for in smaller parts")
    func tooLarge() throws {
        let server = CannedQdrant([.failure(QdrantError(.tooLarge, "large")), .reply(200, page(["1"], next: "null"))])
        #expect(try keys(server) == ["1"])
        #expect(server.requests[0].body.contains(#""limit":1000"#))
        #expect(server.requests[1].body.contains(#""limit":250"#))
    }

    @Test("Pages with vectors have as many points as a few megabytes hold")
    func pageSizes() {
        #expect(PointSelection(.all).pagePoints == 1_000)
        #expect(PointSelection(.all, vector: .unnamed, dimension: 384).pagePoints == 840)
        #expect(PointSelection(.all, vector: .unnamed, dimension: 1_024).pagePoints == 315)
        #expect(PointSelection(.all, vector: .unnamed, dimension: 1_000_000).pagePoints == 16)
    }

    @Test(
        "What is no answer of Qdrant is refused",
        arguments: [
            "", "[]", "{}", #"{"result":null}"#, #"{"result":{"points":[{"id":1}"#, "<html></html>",
            #"{"result":{"points":[{"id":1}],"next_page_offset":null}"#, #"{"result":{"points":[{"payload":{}}]}}"#,
        ]
    )
    func noAnswer(text: String) throws {
        #expect(throws: QdrantError.self) { try keys(CannedQdrant([.reply(200, text)])) }
    }

    @Test("A page that leads to itself ends the reading")
    func endless() throws {
        let text = page([], next: "7")
        #expect(throws: QdrantError.self) { try keys(CannedQdrant([.reply(200, text), .reply(200, text)])) }
    }

    @Test("Points by their ids, with the parts that are asked for")
    func byID() throws {
        let answer = #"""
            {"result":[{"id":2,"payload":null,"vector":{"code":[1,2],"prose":[3]}},
            {"id":3,"payload":{"federation":{}},"vector":[4]}],"status":"ok"}
            """#
        let server = CannedQdrant([.reply(200, answer)])
        var found: [String: [String?]] = [:]
        func text(_ bytes: UnsafeRawBufferPointer?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }
        try server.client().points(["2", "3"], of: "c", PointSelection(.only(["federation"]), vector: .named("code"))) {
            found[$0.key] = [text($0.payload), text($0.vector("code")), text($0.vector(nil))]
        }
        #expect(found == ["2": [nil, "[1,2]", nil], "3": [#"{"federation":{}}"#, nil, "[4]"]])
        #expect(
            server.requests[0].body == #"{"ids":[2,3],"with_payload":["federation"],"with_vector":["code"]}"#
        )
    }

    @Test("A point that is too long is known by its id")
    func oversized() throws {
        let long = String(repeating: "x", count: QdrantLimits.pointBytes)
        let text = #"{"result":{"points":[{"id":1,"payload":{"a":"\#(long)"}},{"id":2}],"next_page_offset":null}}"#
        var found: [(String, Bool)] = []
        try CannedQdrant([.reply(200, text)], pieceBytes: 65_536).client().forEachPoint(of: "c", PointSelection(.all)) {
            found.append(($0.key, $0.isOversized))
        }
        #expect(found.map(\.0) == ["1", "2"] && found.map(\.1) == [true, false])
    }
}
