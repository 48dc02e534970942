import JSON
import Testing
import TestSupport

private func text(_ slice: CanonicalSlice) -> String {
    String(decoding: slice.bytes, as: UTF8.self)
}

/// The canonical form of `text`; `nil` where it is no JSON.
private func canonical(_ text: [UInt8]) -> [UInt8]? {
    guard let document = try? JSONDocument(parsing: text) else { return nil }
    var output: [UInt8] = []
    guard (try? CanonicalJSON.append(document.root, to: &output, maximumDepth: 64)) != nil else { return nil }
    return output
}

@Suite("Canonical objects are read without parsing")
struct CanonicalObjectTests {
    private static let names = [
        "", "a", "aa", "b\"c", "b\\", "\u{1}", "\n", "é", "e\u{301}", "\u{FB00}", "\u{1F600}", "z",
    ]

    private func value(_ depth: Int, _ generator: inout SplitMix64) -> JSONValue {
        switch Int.random(in: 0..<(depth > 3 ? 6 : 8), using: &generator) {
        case 0: .null
        case 1: .boolean(.random(using: &generator))
        case 2: .integer(.random(in: -20...20, using: &generator))
        case 3: .number(.random(in: -1...1, using: &generator))
        case 4, 5:
            .string(
                (0..<Int.random(in: 0..<12, using: &generator)).map { _ in
                    ["x", "\"", "\\", "{", "]", ",", "\u{2}", "long enough to fill words", "é"]
                        .randomElement(using: &generator) ?? ""
                }.joined()
            )
        case 6: .array((0..<Int.random(in: 0..<5, using: &generator)).map { _ in value(depth + 1, &generator) })
        default: object(depth + 1, &generator)
        }
    }

    private func object(_ depth: Int, _ generator: inout SplitMix64) -> JSONValue {
        let names = CanonicalObjectTests.names.shuffled(using: &generator)
            .prefix(Int.random(in: 0..<8, using: &generator))
        return .object(names.map { JSONValue.Member($0, value(depth, &generator)) })
    }

    @Test("Members are found as a parser finds them, in the same order", arguments: 0..<300 as Range<UInt64>)
    func members(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let bytes = try #require(canonical(object(0, &generator).bytes))
        let found = try #require(CanonicalObject(bytes))
        let document = try JSONDocument(parsing: bytes)
        #expect(found.count == document.root.members.count)
        for (name, node) in document.root.members {
            let written = CanonicalName(name)
            let position = try #require((0..<found.count).first { found.name($0) == written })
            var expected: [UInt8] = []
            try CanonicalJSON.append(node, to: &expected, maximumDepth: 64)
            #expect(Array(found.value(position).bytes) == expected)
            let elements = found.value(position).elements
            #expect((elements != nil) == (node.kind == .array))
            #expect(
                elements.map { "[" + $0.map(text).joined(separator: ",") + "]" }.map { Array($0.utf8) == expected }
                    != false
            )
        }
        let whole = "{" + (0..<found.count).map { text(found.member($0)) }.joined(separator: ",") + "}"
        #expect(Array(whole.utf8) == bytes)
        let sorted = CanonicalObjectTests.names.map(CanonicalName.init).sorted()
        for (name, position) in zip(sorted, found.positions(of: CanonicalNameList(sorted))) {
            #expect(position == (0..<found.count).first { found.name($0) == name })
        }
    }

    @Test("Names sort by UTF-16 code units of what they mean, whatever is escaped")
    func order() {
        let names = CanonicalObjectTests.names + ["a\"", "a\\", "a\n", "a!", "\u{FFFF}", "\u{10000}", "\u{7F}"]
        for left in names {
            for right in names {
                let expected = left.utf16.lexicographicallyPrecedes(right.utf16)
                #expect((CanonicalName(left) < CanonicalName(right)) == expected, "\(left) \(right)")
            }
        }
    }

    @Test(
        "What is no canonical object is none",
        arguments: [
            "", "{", "}", "[]", "{}x", " {}", "{ }", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{"a":1"b":2}"#,
            #"{"b":1,"a":2}"#,
            #"{"a":1,"a":1}"#, #"{"a":[1}"#, #"{"a":[1}}"#, #"{"a":{]}"#, #"{"a":[1}]}"#, #"{"a":"x}"#, #"{"a":"\"}"#,
            #"{"a":"12345678\"#,
            #"{"a":tru}"#,
            #"{"a":tr"#, #"{"a":[ 1]}"#, #"{"a\"#, #"{"a":{"b":1}"#, #"{"a":1}}"#, "null", #"{"a":+1}"#, #"{a:1}"#,
            "{\"",
        ]
    )
    func malformed(text: String) {
        #expect(CanonicalObject(Array(text.utf8)) == nil)
    }

    @Test(
        "What is no canonical array has no elements",
        arguments: ["", "{}", "[", "[1", "[1,", "[1,]", "[]]", "[[]", "[\"]", "1"]
    )
    func noArrays(text: String) {
        #expect(CanonicalSlice(Array(text.utf8)).elements == nil)
    }

    @Test("Nesting deeper than is followed is refused")
    func depth() {
        func nested(_ levels: Int) -> [UInt8] {
            Array(
                (#"{"a":"# + String(repeating: "[", count: levels) + String(repeating: "]", count: levels) + "}").utf8
            )
        }
        #expect(CanonicalObject(nested(64)) != nil)
        #expect(CanonicalObject(nested(65)) == nil)
    }

    @Test("Damaged text is read as what it still is, or as nothing", arguments: 0..<300 as Range<UInt64>)
    func damaged(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let sound = try #require(canonical(object(0, &generator).bytes))
        for _ in 0..<40 {
            var bytes = sound
            for _ in 0...Int.random(in: 0..<3, using: &generator) where !bytes.isEmpty {
                let position = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: bytes[position] = .random(in: 0...255, using: &generator)
                case 1: bytes[position] = Array("{}[]\",:\\tn-0".utf8).randomElement(using: &generator) ?? 0
                case 2: bytes.remove(at: position)
                default: bytes.removeSubrange(position...)
                }
            }
            let found = CanonicalObject(bytes)
            if let found {
                let whole = "{" + (0..<found.count).map { text(found.member($0)) }.joined(separator: ",") + "}"
                #expect(whole == String(decoding: bytes, as: UTF8.self))
                for index in 0..<found.count { _ = found.value(index).elements }
            } else if bytes.first == UInt8(ascii: "{") {
                #expect(canonical(bytes) != bytes)
            }
        }
    }
}
