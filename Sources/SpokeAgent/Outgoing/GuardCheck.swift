package import Egress
internal import Federation
internal import Glibc
package import JSON
internal import Presentation

/// What the guard would find in a file, for its owner to look at before it is shared.
///
/// What was found is not part of it, but the entry by which each could be allowed is: a short secret can be guessed from
/// that, so it is for the owner's eyes, as the file is.
package struct GuardCheck: Sendable {
    /// One thing that was found.
    package struct Item: Sendable, Equatable {
        /// Counted from 1.
        package var line: Int64
        /// In a file of patterns where in the pattern; otherwise empty.
        package var place: String
        package var rule: String
        package var outcome: GuardOutcome
        /// What makes the guard let it through, to be copied into the configuration.
        package var allow: String
    }

    /// Bytes of a text that is read at once, as a private key may stand anywhere in it.
    private static let textBytes = 64 * 1024 * 1024
    private static let chunkBytes = 64 * 1024

    package private(set) var items: [Item] = []
    /// Lines of a file of patterns that are none.
    package private(set) var unreadable: Int64 = 0

    private let egress: EgressGuard

    /// Looks at what stands at `path`, or at what is given to the program where that is `-`.
    ///
    /// A file `*.jsonl` is read as patterns, one per line, as a source reads them; anything else as one text. Throws a
    /// ``SpokeError`` where it cannot be read, or is too large for a text.
    package init(path: String, with egress: EgressGuard = .standard) throws {
        self.egress = egress
        if path.hasSuffix(JSONLSource.fileEnding) {
            var lines = LineReader(try SourceFile(path), limit: SourceLimits.lineBytes)
            try lines.forEachLine { line in checkPattern(line) }
        } else {
            try GuardCheck.read(path).withUnsafeBytes { checkText($0) }
        }
    }

    /// Whether anything would be held back or replaced.
    package var hasFindings: Bool { items.contains { $0.outcome != .warn } || unreadable > 0 }

    private mutating func checkText(_ text: UnsafeRawBufferPointer) {
        var line: Int64 = 1
        var counted = 0
        for place in egress.secrets(in: text) {
            for byte in text[counted..<place.range.lowerBound] where byte == 0x0A { line += 1 }
            counted = place.range.lowerBound
            items.append(
                Item(
                    line: line,
                    place: "",
                    rule: place.rule,
                    outcome: place.outcome,
                    allow: EgressGuard.allowedSecret(place, of: text).description
                )
            )
        }
    }

    private mutating func checkPattern(_ line: LineReader.Line) {
        var canonical: [UInt8] = []
        guard !line.record.isOversized, let root = (try? JSONDocument(parsing: line.record.bytes))?.root,
            let payload = root["payload"],
            (try? CanonicalJSON.append(payload, to: &canonical, maximumDepth: Limits.payloadDepth)) != nil
        else {
            unreadable += 1
            return
        }
        for name in ["id", "vector_model"] as [StaticString] {
            _ = root[name]?.withUTF8 { text in
                for place in egress.secrets(in: text) {
                    let allow = EgressGuard.allowedSecret(place, of: text).description
                    let outcome = place.outcome == .redact ? .block : place.outcome
                    items.append(
                        Item(line: line.number, place: "/\(name)", rule: place.rule, outcome: outcome, allow: allow)
                    )
                }
            }
        }
        for (finding, entry) in egress.allowable(inPayload: canonical) {
            items.append(
                Item(
                    line: line.number,
                    place: finding.place,
                    rule: finding.rule,
                    outcome: finding.outcome,
                    allow: entry.description
                )
            )
        }
    }

    private static func read(_ path: String) throws -> [UInt8] {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else {
            throw SpokeError(.failure, "\(path) cannot be read: \(SystemError.text()); check the name")
        }
        defer { if descriptor != STDIN_FILENO { close(descriptor) } }
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: chunkBytes)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count == 0 { return text }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw SpokeError(.failure, "\(path) cannot be read: \(SystemError.text()); give a file of text")
            }
            guard text.count + count <= textBytes else {
                throw SpokeError(.failure, "\(path) has more than \(textBytes) bytes; check its parts one by one")
            }
            text.append(contentsOf: chunk[..<count])
        }
    }
}

extension GuardCheck {
    /// What was found, for people.
    package var text: String {
        guard !items.isEmpty || unreadable > 0 else { return "nothing that must not leave" }
        var table = TextTable(["line", "what becomes of it", "where", "to allow it"], numbers: 0..<1)
        for item in items {
            let word =
                switch item.outcome {
                case .block: "held"
                case .redact: "redacted"
                case .warn: "warned of"
                }
            table.append([String(item.line), word, item.place.isEmpty ? "-" : item.place, item.allow])
        }
        var lines = table.isEmpty ? [] : table.lines
        if let first = items.first {
            lines.append(
                "what is no secret is allowed in the settings: \"guard\": {\"allow\": [\"\(first.allow)\"]}"
            )
        }
        if unreadable > 0 {
            lines.append(
                unreadable == 1
                    ? "1 line is no pattern and was not looked at"
                    : "\(unreadable) lines are no patterns and were not looked at"
            )
        }
        return lines.joined(separator: "\n")
    }

    /// What was found, for programs.
    package var json: JSONValue {
        let found = items.map { item -> JSONValue in
            [
                "line": .integer(item.line), "place": .string(item.place), "rule": .string(item.rule),
                "outcome": .string(item.outcome.rawValue), "allow": .string(item.allow),
            ]
        }
        return ["findings": .array(found), "unreadable": .integer(unreadable)]
    }
}
