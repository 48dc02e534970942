import Presentation
import Testing

@Suite("Tables")
struct TextTableTests {
    @Test("Columns are as wide as what is in them, numbers to the right, without spaces at the end")
    func aligned() {
        var table = TextTable(["NAME", "COUNT", "NOTE"], numbers: 1..<2)
        #expect(table.isEmpty)
        table.append(["a-long-name", "7", ""])
        table.append(["b", "123456", "x  "])
        #expect(!table.isEmpty)
        #expect(
            table.lines == [
                "NAME          COUNT  NOTE", "a-long-name       7", "b            123456  x",
            ]
        )
        #expect(table.text == table.lines.joined(separator: "\n"))
    }

    @Test("Rows may be shorter or longer than the headings")
    func ragged() {
        var table = TextTable(["A"])
        table.append([])
        table.append(["b", "c"])
        #expect(table.lines == ["A", "", "b  c"])
    }

    @Test("A terminal obeys nothing that is in a cell")
    func harmless() {
        var table = TextTable(["A", "B"])
        table.append(["\u{1B}[31mred\r\n\u{7}", "x\u{202E}y\u{2028}z\u{85}\u{200B}é漢"])
        #expect(table.lines.last == "?[31mred???  x?y?z??é漢")
    }

    @Test("Text without anything to obey stays as it is")
    func plain() {
        #expect(HarmlessText.of("grün, 漢字 and 👍") == "grün, 漢字 and 👍")
        #expect(HarmlessText.of("a\tb\u{0}") == "a?b?")
    }
}
