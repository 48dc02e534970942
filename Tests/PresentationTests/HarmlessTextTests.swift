import JSON
import Presentation
import Testing

@Suite("Harmless text")
struct HarmlessTextTests {
    @Test("JSON keeps its meaning where a terminal could obey it")
    func json() throws {
        let text = "{\"a\":\"\u{9B}31m \u{202E}x\u{2028} \u{E0001} \u{FEFF}\",\"b\":\"pl\u{E4}in \u{1F600}\"}"
        let harmless = HarmlessText.ofJSON(text)
        #expect(harmless == #"{"a":"\u009b31m \u202ex\u2028 \udb40\udc01 \ufeff","b":"pl\#u{E4}in \#u{1F600}"}"#)
        let (before, after) = (
            try JSONDocument(parsing: Array(text.utf8)), try JSONDocument(parsing: Array(harmless.utf8))
        )
        #expect(before.root["a"]?.string == after.root["a"]?.string)
        #expect(before.root["b"]?.string == after.root["b"]?.string)
        #expect(HarmlessText.ofJSON("{\n}") == "{\n}")
    }
}
