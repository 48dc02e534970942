/// A table for people: columns as wide as what is in them, numbers to the right.
package struct TextTable {
    private static let gap = "  "

    private let numbers: Range<Int>
    private var rows: [[String]]

    /// A table with these headings; the columns in `numbers` are aligned to the right.
    package init(_ headings: [String], numbers: Range<Int> = 0..<0) {
        self.numbers = numbers
        rows = [headings]
    }

    /// Whether there is nothing but headings.
    package var isEmpty: Bool { rows.count == 1 }

    /// Adds a row; a terminal obeys nothing that is in its cells.
    package mutating func append(_ cells: [String]) {
        rows.append(cells.map(HarmlessText.of))
    }

    /// The lines of the table, without spaces at their ends.
    package var lines: [String] {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0 }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                let space = String(repeating: " ", count: widths[column] - cell.count)
                return numbers.contains(column) ? space + cell : cell + space
            }
            var line = cells.joined(separator: TextTable.gap)
            while line.last == " " { line.removeLast() }
            return line
        }
    }

    /// The lines as one text.
    package var text: String { lines.joined(separator: "\n") }
}
