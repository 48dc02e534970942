import JSON
import Testing

@Suite("A JSON text is read once and strictly")
struct JSONDocumentTests {
    /// Texts, byte by byte, with what is wrong with them.
    static let unacceptable: [(text: [UInt8], kind: JSONError.Kind)] = {
        let texts: [(String, JSONError.Kind)] = [
            (#"{"a":1,"a":2}"#, .duplicateName), (#"{"a":1,"\u0061":2}"#, .duplicateName),
            (#"{"a":"x\u0000y"}"#, .nulCharacter), (#"{"a\u0000b":1}"#, .nulCharacter),
            (#"{"a":1} x"#, .syntax), (#"{"a":1,}"#, .syntax), (#"{"a":01}"#, .syntax), (#"{"a":NaN}"#, .syntax),
            (#"{"a":"\ud800"}"#, .syntax), (#"{"a":1e400}"#, .numberNotInteroperable),
            (#"{"a":9223372036854775808}"#, .numberNotInteroperable), ("\"text\"", .syntax), ("", .syntax),
            (String(repeating: "[", count: 100_000), .tooDeep),
        ]
        let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF, 0x7B, 0x7D]
        let cutCharacter: [UInt8] = [0x5B, 0x22, 0xC3, 0x22, 0x5D]
        return texts.map { (Array($0.0.utf8), $0.1) } + [(byteOrderMark, .syntax), (cutCharacter, .invalidUTF8)]
    }()

    @Test("What two readers could read in two ways is refused", arguments: unacceptable)
    func refused(text: [UInt8], kind: JSONError.Kind) {
        #expect { try JSONDocument(parsing: text) } throws: { ($0 as? JSONError)?.kind == kind }
    }

    @Test("Members are reached by name, with their types")
    func members() throws {
        let root = try JSONDocument(parsing: Array(#"{"s":"é","i":7,"r":0.5,"b":true,"n":null,"a":[1,2]}"#.utf8)).root
        #expect(root["s"]?.string == "é")
        #expect(root["i"]?.integer == 7)
        #expect(root["i"]?.number == 7)
        #expect(root["r"]?.number == 0.5)
        #expect(root["r"]?.integer == nil)
        #expect(root["b"]?.boolean == true)
        #expect(root["n"]?.kind == .null)
        #expect(root["a"]?.elements.map(\.integer) == [1, 2])
        #expect(root["missing"] == nil)
        #expect(root.memberName(notAmong: ["s", "i", "r", "b", "n"]) == "a")
    }

    @Test(
        "An id beyond 63 bits survives as a JSON number, and nothing else is touched",
        arguments: [
            (#"{"id":18446744073709551615,"x":1}"#, #"{"id":"18446744073709551615","x":1}"#),
            (
                #"{"p":{"id":9223372036854775808},"id" : 9223372036854775808 }"#,
                #"{"p":{"id":9223372036854775808},"id" : "9223372036854775808" }"#
            ),
            (#"{"\u0069d":9223372036854775808}"#, #"{"\u0069d":"9223372036854775808"}"#),
            (
                #"{"a":"\":9223372036854775808,","id":9223372036854775808}"#,
                #"{"a":"\":9223372036854775808,","id":"9223372036854775808"}"#
            ),
        ]
    )
    func bigIDs(text: String, expected: String) {
        let quoted = Array(text.utf8).withUnsafeBytes { TopLevelInteger.quotingUnsigned(in: $0) }
        #expect(quoted.map { String(decoding: $0, as: UTF8.self) } == expected)
    }

    @Test(
        "Where there is no such integer there is nothing to rescue",
        arguments: [
            #"{"id":09223372036854775808}"#, #"{"id":9223372036854775807}"#, #"{"id":18446744073709551616}"#,
            #"{"id":9223372036854775808.5}"#, #"{"id":"9223372036854775808"}"#, #"{"x":{"id":9223372036854775808}}"#,
            #"{"id":-9223372036854775809}"#, #"{"id":9223372036854775808"#, "{", #"{"id":["#,
        ]
    )
    func nothingToRescue(text: String) {
        #expect(Array(text.utf8).withUnsafeBytes { TopLevelInteger.quotingUnsigned(in: $0) } == nil)
    }
}
