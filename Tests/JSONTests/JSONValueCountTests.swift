import JSON
import Testing

@Suite("How many values a text has")
struct JSONValueCountTests {
    private func exceeds(_ greatest: Int, _ text: String) -> Bool {
        Array(text.utf8).withUnsafeBytes { JSONValueCount.exceeds(greatest, in: $0) }
    }

    @Test(
        "No text has more values than are counted",
        arguments: [
            ("1", 1), ("[]", 1), ("[1]", 2), ("[1,2,3]", 4), (#"{"a":[{},{}],"b":null}"#, 5),
            (#"{"a,[{":"[,{\\\",["}"#, 2),
            (#"["\\\\",[]]"#, 3),
        ]
    )
    func bound(text: String, values: Int) throws {
        #expect(!exceeds(2 * values, text))
        #expect(exceeds(values - 1, text))
        let bytes = Array(text.utf8)
        if text.first == "[" || text.first == "{" { _ = try JSONDocument(parsing: bytes) }
    }

    @Test("A text with too many values is refused as such, and one with as many as may be is not")
    func refused() throws {
        let text = Array("[\(Array(repeating: "0", count: 99).joined(separator: ","))]".utf8)
        func count(_ greatest: Int) throws -> Int {
            try text.withUnsafeBytes { try JSONDocument(parsing: $0, greatestValues: greatest).root.elements.count }
        }
        #expect(try count(100) == 99)
        let error = #expect(throws: JSONError.self) { try count(98) }
        #expect(error?.kind == .tooManyValues)
    }
}
