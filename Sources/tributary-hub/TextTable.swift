import Glibc

/// A table for people: columns as wide as what is in them.
struct TextTable {
    private var rows: [[String]]

    /// A table with these headings.
    init(_ headings: [String]) {
        rows = [headings]
    }

    /// Whether there is nothing but headings.
    var isEmpty: Bool { rows.count == 1 }

    mutating func append(_ cells: [String]) {
        rows.append(cells.map(TextTable.printable))
    }

    var text: String {
        let widths = (0..<rows[0].count).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = zip(row, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }
            var line = cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }

    /// A terminal must not obey what a node sent.
    private static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    switch scalar.properties.generalCategory {
                    case .control, .format, .lineSeparator, .paragraphSeparator: "?"
                    default: scalar
                    }
                }
            )
        )
    }
}

/// What is said on standard error, beside the result.
enum Talk {
    static func note(_ text: String) {
        put(text + "\n")
    }

    /// Says that a hub is made where there was none: the path may be misspelt.
    static func newHub(_ directory: String) {
        note("there was no hub in \(directory); making one")
    }

    /// Progress, where somebody is watching.
    static func progress(_ text: String) {
        guard isatty(STDERR_FILENO) == 1 else { return }
        put("\r\(text)")
    }

    static func endProgress() {
        guard isatty(STDERR_FILENO) == 1 else { return }
        put("\n")
    }

    private static func put(_ text: String) {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
