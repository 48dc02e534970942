import JSON
import Qdrant
import Testing

@Suite("Qdrant's answers are understood as servers give them")
struct ClientTests {
    @Test("A collection with one unnamed vector and indexes")
    func unnamed() throws {
        let answer = #"""
            {"result":{"status":"green","optimizer_status":"ok","indexed_vectors_count":0,"points_count":1750,
            "segments_count":8,"config":{"params":{"vectors":{"size":384,"distance":"Cosine"},"shard_number":1,
            "replication_factor":1,"on_disk_payload":true},"hnsw_config":{"m":16,"ef_construct":100}},
            "payload_schema":{"value_score":{"data_type":"float","points":1750},
            "skill_name":{"data_type":"keyword","points":3}}},"status":"ok","time":0.00002}
            """#
        let info = try CannedQdrant([.reply(200, answer)]).client().collection("skills-patterns")
        #expect(
            info
                == CollectionInfo(
                    vectors: [.init(name: nil, size: 384, distance: "Cosine")],
                    indexes: ["value_score": "float", "skill_name": "keyword"],
                    points: 1_750
                )
        )
    }

    @Test("A collection with named vectors, one of them many per point")
    func named() throws {
        let answer = #"""
            {"result":{"points_count":null,"config":{"params":{"vectors":{
            "prose":{"size":768,"distance":"Dot"},
            "code":{"size":128,"distance":"Cosine","multivector_config":{"comparator":"max_sim"}}}}},
            "payload_schema":{}},"status":"ok","time":0.1}
            """#
        let info = try CannedQdrant([.reply(200, answer)]).client().collection("c")
        #expect(
            info?.vectors
                == [
                    .init(name: "code", size: 128, distance: "Cosine", isMultiple: true),
                    .init(name: "prose", size: 768, distance: "Dot"),
                ]
        )
    }

    @Test("A collection that is not there, and one without dense vectors")
    func absent() throws {
        let missing = #"{"status":{"error":"Not found: Collection `c` doesn't exist!"},"time":0.00001}"#
        #expect(try CannedQdrant([.reply(404, missing)]).client().collection("c") == nil)
        let sparse = #"{"result":{"points_count":0,"config":{"params":{"vectors":{},"sparse_vectors":{"s":{}}}}}}"#
        #expect(try CannedQdrant([.reply(200, sparse)]).client().collection("c")?.vectors == [])
    }

    @Test(
        "Refusals say what Qdrant said, harmlessly, and what to do",
        arguments: [
            (401, "Must provide an API key or an Authorization bearer token", QdrantError.Kind.unauthorized),
            (403, #"{"status":{"error":"Forbidden"},"time":0}"#, .unauthorized),
            (400, #"{"status":{"error":"Wrong\u001b[31m input\nx"},"time":0}"#, .refused(status: 400)),
            (307, "", .notQdrant),
        ]
    )
    func refusals(status: Int, body: String, kind: QdrantError.Kind) throws {
        let server = CannedQdrant([.reply(status, body)])
        let error = try #require(throws: QdrantError.self) { try server.client().collection("c") }
        #expect(error.kind == kind && error.description.contains("answered \(status)"))
        #expect(!error.description.unicodeScalars.contains { $0.value < 0x20 })
        #expect(server.requests.count == 1, "it would be refused again")
    }

    @Test("What passes is tried again, a bounded number of times, as late as Qdrant asks")
    func retries() throws {
        var pauses: [Duration] = []
        let busy = CannedQdrant([
            .reply(503, ""), .reply(429, "", retryAfter: 3), .reply(200, #"{"result":{"collections":[{"name":"b"}]}}"#),
        ])
        #expect(try busy.client { pauses.append($0) }.collections() == ["b"])
        #expect(pauses == [QdrantLimits.firstPause, .seconds(3)])
        let down = CannedQdrant(Array(repeating: .failure(QdrantError(.unreachable, "gone")), count: 10))
        #expect(throws: QdrantError.self) { try down.client().collections() }
        #expect(down.requests.count == QdrantLimits.tries)
    }

    @Test("The key goes along with each request, and into no error")
    func key() throws {
        let server = CannedQdrant([.reply(401, "Invalid API key or JWT")])
        let error = try #require(throws: QdrantError.self) { try server.client(key: "s3cret").version() }
        #expect(server.requests.map(\.key) == ["s3cret"])
        #expect(!error.description.contains("s3cret") && error.description.contains("--qdrant-api-key-file"))
    }

    @Test("Points are written and deleted, and awaited")
    func writing() throws {
        let done = #"{"result":{"operation_id":1,"status":"completed"},"status":"ok","time":0}"#
        let server = CannedQdrant([.reply(200, done), .reply(200, done)])
        let client = try server.client()
        let point = NewPoint(
            key: "18446744073709551615",
            vector: .array([1, 2]),
            named: "v",
            payload: Array("{}".utf8)
        )
        try client.upsert([point], into: "c")
        try client.delete([point.key, #""5c56c793-69f3-4fbf-87e6-c4bf54c28c20""#], from: "c d")
        #expect(
            server.requests.map(\.target) == [
                "/collections/c/points?wait=true", "/collections/c%20d/points/delete?wait=true",
            ]
        )
        #expect(
            server.requests.map(\.body) == [
                #"{"points":[{"id":18446744073709551615,"vector":{"v":[1,2]},"payload":{}}]}"#,
                #"{"points":[18446744073709551615,"5c56c793-69f3-4fbf-87e6-c4bf54c28c20"]}"#,
            ]
        )
        let pending = #"{"result":{"operation_id":1,"status":"acknowledged"}}"#
        #expect(throws: QdrantError.self) {
            try CannedQdrant([.reply(200, pending)]).client().upsert([point], into: "c")
        }
    }

    @Test("A collection is made, also where somebody was faster")
    func creation() throws {
        let exists = #"{"status":{"error":"Wrong input: Collection `c` already exists!"},"time":0}"#
        let server = CannedQdrant([.reply(200, #"{"result":true}"#), .reply(409, exists)])
        try server.client().createCollection("c", vectors: .init(name: nil, size: 384, distance: "Cosine"))
        try server.client().createCollection("c", vectors: .init(name: "v", size: 3, distance: "Dot"))
        #expect(
            server.requests.map(\.body) == [
                #"{"vectors":{"size":384,"distance":"Cosine"}}"#, #"{"vectors":{"v":{"size":3,"distance":"Dot"}}}"#,
            ]
        )
    }

    @Test(
        "Addresses of Qdrant",
        arguments: [
            ("http://localhost:6333", true), ("https://q.example/path/", true), ("http://[::1]:6333", true),
            ("localhost:6333", false), ("http://", false), ("http://u:p@host", false), ("http://h/?k=1", false),
            ("ftp://h", false), ("http://:6333", false),
        ]
    )
    func addresses(text: String, isOne: Bool) {
        #expect((QdrantEndpoint(text) != nil) == isOne)
        #expect(QdrantEndpoint(text)?.text.hasSuffix("/") != true)
    }
}
