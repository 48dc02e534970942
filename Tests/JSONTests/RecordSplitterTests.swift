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

    @Test("An array within an object: what stands around it is kept", arguments: 0..<50)
    func nested(seed: UInt64) throws {
        let text =
            #"{"s":"a\"[","other":[[1],{"points":[9]}],"result":{"x":{"points":[8]},"points":[ {"id":1} ,2],"n":3}}"#
        var splitter = NestedArraySplitter(path: ["result", "points"], limit: 100, restLimit: 200)
        var generator = SplitMix64(seed: seed)
        var found: [String] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let size = min(rest.count, Int.random(in: 1...7, using: &generator))
            try Array(rest.prefix(size)).withUnsafeBytes { bytes in
                try splitter.split(bytes) { found.append(String(decoding: $0.bytes, as: UTF8.self).trimmed) }
            }
            rest = rest.dropFirst(size)
        }
        try splitter.finish { _ in }
        #expect(found == [#"{"id":1}"#, "2"] && splitter.isFound)
        #expect(
            String(decoding: splitter.rest, as: UTF8.self)
                == #"{"s":"a\"[","other":[[1],{"points":[9]}],"result":{"x":{"points":[8]},"points":[],"n":3}}"#
        )
    }

    @Test("Members of an object as they are written, also of one that is cut off")
    func members() {
        func value(_ text: String, _ name: String) -> String? {
            Array(text.utf8).withUnsafeBytes { bytes in
                RawObject(bytes)[name].map { String(decoding: $0, as: UTF8.self) }
            }
        }
        let text = #" { "id" : 18446744073709551615 , "p":{"a":"}\""}, "s":"x,\"}" ,"n":null}"#
        #expect(value(text, "id") == "18446744073709551615")
        #expect(value(text, "p") == #"{"a":"}\""}"#)
        #expect(value(text, "s") == #""x,\"}""#)
        #expect(value(text, "n") == "null" && value(text, "a") == nil)
        #expect(value(#"{"id":1,"p":{"a":"#, "id") == "1" && value(#"{"id":1,"p":{"a":"#, "p") == nil)
        #expect(value("[1]", "id") == nil && value("", "id") == nil && value(#"{"id":"x"#, "id") == nil)
    }
}

extension String {
    fileprivate var trimmed: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
