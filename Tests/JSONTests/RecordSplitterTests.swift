import JSON
import Testing
import TestSupport

/// Feeds `text` to `splitter` in chunks of random sizes and returns the records.
private func records(_ splitter: some RecordSplitter, _ text: String, seed: UInt64) throws -> [String] {
    var splitter = splitter
    var generator = SplitMix64(seed: seed)
    var found: [String] = []
    func take(_ slice: RecordSlice) {
        found.append(slice.isOversized ? "oversized \(slice.length)" : String(decoding: slice.bytes, as: UTF8.self))
    }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
        let size = min(rest.count, Int.random(in: 1...7, using: &generator))
        try Array(rest.prefix(size)).withUnsafeBytes { try splitter.split($0, take) }
        rest = rest.dropFirst(size)
    }
    try splitter.finish(take)
    return found
}

@Suite("Records are cut out of a stream whatever the chunks")
struct RecordSplitterTests {
    @Test("Lines: blank ones are skipped, the last needs no newline, long ones are cut", arguments: 0..<50)
    func lines(seed: UInt64) throws {
        let text = "{\"a\":1}\n\n  \r\n{\"b\":\"\\n\"}\r\n" + String(repeating: "x", count: 40) + "\nlast"
        #expect(
            try records(LineSplitter(limit: 20), text, seed: seed)
                == ["{\"a\":1}", "{\"b\":\"\\n\"}\r", "oversized 40", "last"]
        )
    }

    @Test("Array elements: nesting, strings with brackets and escapes, scalars", arguments: 0..<50)
    func elements(seed: UInt64) throws {
        let text = #" [ {"a":[1,{"x":"]}\""}]} ,"s,\"t]", 12 , [ ] ,null,{} ] "#
        #expect(
            try records(ArraySplitter(limit: 100), text, seed: seed).map { $0.trimmed }
                == [#"{"a":[1,{"x":"]}\""}]}"#, #""s,\"t]""#, "12", "[ ]", "null", "{}"]
        )
    }

    @Test("An empty array has no elements, and a long element is cut", arguments: 0..<20)
    func edges(seed: UInt64) throws {
        #expect(try records(ArraySplitter(limit: 9), "[]", seed: seed).isEmpty)
        #expect(
            try records(ArraySplitter(limit: 9), "[{\"a\":123456789},1]", seed: seed) == ["oversized 15", "1"]
        )
    }

    @Test(
        "What is no array is refused",
        arguments: ["", "{}", "[1", "[1,]", "[,1]", "[1]]", "[1] x", "12", "[{\"a\":1}"]
    )
    func noArray(text: String) {
        #expect(throws: (any Error).self) { try records(ArraySplitter(limit: 100), text, seed: 1) }
    }
}

extension String {
    fileprivate var trimmed: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
