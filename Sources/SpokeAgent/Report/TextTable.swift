/// Rows of cells, aligned in columns: the first to the left, the others to the right, words in the last as they are.
struct TextTable {
    private var rows: [[String]] = []
    private let endsInWords: Bool

    init(header: [String], endsInWords: Bool = true) {
        self.endsInWords = endsInWords
        rows = [header]
    }

    mutating func append(_ row: [String]) {
        rows.append(row)
    }

    /// The lines of the table.
    var lines: [String] {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0 }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                if column == row.count - 1, endsInWords { return cell }
                let space = String(repeating: " ", count: max(0, widths[column] - cell.count))
                return column == 0 ? cell + space : space + cell
            }
            var line = cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
