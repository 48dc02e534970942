import Federation
import HubService
import Presentation

/// Contents side by side, as wide as a terminal.
enum ComparisonTable {
    /// Contents beside each other, at most: more would have no room.
    private static let greatestColumns = 4
    /// Fields shown, at most.
    private static let greatestRows = 100
    /// Characters for all values of a row.
    private static let width = 96
    /// Characters of what is the same that are shown before a difference.
    private static let lead = 8

    /// The contents with who says them.
    static func list(_ versions: [ConflictVersion]) -> String {
        var table = TextTable(["VERSION", "FROM", "VALUE", "UPDATED", "CHECKSUM"])
        for version in versions {
            table.append([
                "\(version.number)", version.origins.map(\.text).joined(separator: ", "), "\(version.value)",
                version.updatedAt.short, version.shortName,
            ])
        }
        return table.text
    }

    /// The contents field by field, those that differ first.
    static func compare(_ versions: [ConflictVersion]) -> String {
        let shown = versions.prefix(greatestColumns)
        let all = FieldComparison.of(versions.map(\.payload))
        let fields = all.filter(\.differs) + all.filter { !$0.differs }
        var table = TextTable(["  FIELD"] + shown.map { "\($0.number)" })
        for field in fields.prefix(greatestRows) {
            let mark = field.differs ? "*" : " "
            table.append(["\(mark) \(field.field)"] + cells(Array(field.values.prefix(greatestColumns))))
        }
        var text = table.text
        let hidden = fields.dropFirst(greatestRows)
        if !hidden.isEmpty {
            text += "\nand \(count(hidden.count, "more field", "more fields"))"
            text += ", of which \(hidden.count(where: \.differs)) differ; --json has all"
        }
        if versions.count > greatestColumns {
            text += "\nand \(count(versions.count - greatestColumns, "more version", "more versions")); --json has all"
        }
        return text
    }

    /// The values of one field, cut to what fits: where they differ far behind, what they have in common is left out.
    private static func cells(_ values: [[UInt8]?]) -> [String] {
        let room = width / values.count
        let texts = values.map { $0.map { Array(HarmlessText.of(String(decoding: $0, as: UTF8.self))) } }
        let common = commonCount(texts.compactMap(\.self))
        let longest = texts.compactMap { $0?.count }.max() ?? 0
        let start = longest > room && common > room - lead ? common - lead : 0
        return texts.map { $0.map { cut($0, from: min(start, max(0, $0.count - lead)), room) } ?? "-" }
    }

    private static func cut(_ text: [Character], from start: Int, _ room: Int) -> String {
        var shown = start > 0 ? "…" : ""
        let rest = text[start...]
        guard rest.count + shown.count > room else { return shown + String(rest) }
        shown += String(rest.prefix(room - shown.count - 1))
        return shown + "…"
    }

    /// Characters with which all of `texts` begin.
    private static func commonCount(_ texts: [[Character]]) -> Int {
        guard let first = texts.first else { return 0 }
        return first.indices.first { index in
            texts.contains { $0.count <= index || $0[index] != first[index] }
        } ?? first.count
    }
}
