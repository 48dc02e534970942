package import JSON

/// A line that could not be read.
package struct BadLine: Sendable, Equatable {
    package var path: String
    /// Counted from 1.
    package var line: Int64
    package var code: String
    package var detail: String

    package init(path: String, line: Int64, code: String, detail: String) {
        self.path = path
        self.line = line
        self.code = code
        self.detail = detail
    }
}

/// What a scan of a collection's files found.
package struct ScanTally: Sendable, Equatable {
    /// Lines that are not blank.
    package var read: Int64 = 0
    /// Patterns at or above the threshold that are this node's own to offer.
    package var offerable: Int64 = 0
    package var belowThreshold: Int64 = 0
    package var withoutValue: Int64 = 0
    /// Patterns that the sharing rules keep here.
    package var notShared: Int64 = 0
    /// Patterns that the guard holds back.
    package var held: Int64 = 0
    /// Patterns that leave with placeholders.
    package var redacted: Int64 = 0
    /// How many patterns each rule keeps here, holds back or changes.
    package var reasons: [String: Int64] = [:]
    /// The first of the patterns held back.
    package var heldRecords: [HeldRecord] = []
    /// Patterns that the file itself marks as retracted.
    package var markedRetracted: Int64 = 0
    /// Patterns that were pulled from other nodes and are unchanged.
    package var pulled: Int64 = 0
    /// Lines whose pattern stands on a later line again, which is the one that counts.
    package var superseded: Int64 = 0
    package var unreadable: Int64 = 0
    /// The first of the unreadable lines.
    package var badLines: [BadLine] = []

    package init() {}

    mutating func add(_ line: BadLine) {
        unreadable += 1
        if badLines.count < SourceLimits.listedLines { badLines.append(line) }
    }
}

extension ScanTally {
    private static var counts: [(name: StaticString, path: WritableKeyPath<ScanTally, Int64>)] {
        [
            ("read", \.read), ("offerable", \.offerable), ("below_threshold", \.belowThreshold),
            ("without_value", \.withoutValue), ("marked_retracted", \.markedRetracted), ("pulled", \.pulled),
            ("superseded", \.superseded), ("unreadable", \.unreadable), ("not_shared", \.notShared), ("held", \.held),
            ("redacted", \.redacted),
        ]
    }

    package var json: JSONValue {
        let counts = ScanTally.counts.map { JSONValue.Member("\($0.name)", .integer(self[keyPath: $0.path])) }
        let lines = badLines.map { line -> JSONValue in
            [
                "path": .string(line.path), "line": .integer(line.line), "code": .string(line.code),
                "detail": .string(line.detail),
            ]
        }
        let rules = reasons.sorted { $0.key < $1.key }.map { JSONValue.Member($0.key, .integer($0.value)) }
        return .object(
            counts + [
                JSONValue.Member("unreadable_lines", .array(lines)),
                JSONValue.Member("held_items", .array(heldRecords.map(\.json))),
                JSONValue.Member("rules", .object(rules)),
            ]
        )
    }

    /// Reads what ``json`` wrote.
    init?(json text: String) {
        guard let root = (try? JSONDocument(parsing: Array(text.utf8)))?.root else { return nil }
        for (name, path) in ScanTally.counts { self[keyPath: path] = root[name]?.integer ?? 0 }
        badLines = (root["unreadable_lines"]?.elements ?? []).compactMap { node in
            guard let path = node["path"]?.string, let line = node["line"]?.integer, let code = node["code"]?.string,
                let detail = node["detail"]?.string
            else { return nil }
            return BadLine(path: path, line: line, code: code, detail: detail)
        }
        heldRecords = (root["held_items"]?.elements ?? []).compactMap(HeldRecord.init)
        for (name, count) in root["rules"]?.members ?? [] { reasons[name] = count.integer }
    }
}
