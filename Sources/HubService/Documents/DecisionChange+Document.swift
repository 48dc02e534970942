import Digest
package import Federation
package import JSON

extension DecisionChange {
    /// Digits of a checksum that tell two contents apart for a person.
    private static let shownDigits = 8

    /// The change as members of an object, so that whoever reports several collections can name each before.
    package func json() -> [JSONValue.Member] {
        [
            .init("id", .string(id.description)),
            .init("change", .string(kind.rawValue)),
            .init("was", was.map(DecisionChange.json) ?? .null),
            .init("becomes", becomes.map(DecisionChange.json) ?? .null),
        ]
    }

    private static func json(_ candidate: Candidate) -> JSONValue {
        [
            "origin": .string(candidate.origin.text),
            "value": .number(candidate.value),
            "checksum": .string(candidate.version.checksum.hex),
        ]
    }

    /// What was served and what is served then, for a table: origin and value, and the content where these are the same.
    package var words: (was: String, becomes: String) {
        let needsChecksum = was?.origin == becomes?.origin && was?.value == becomes?.value
        func words(_ candidate: Candidate?) -> String {
            guard let candidate else { return "nothing" }
            let content = needsChecksum ? " (\(candidate.version.checksum.hex.prefix(DecisionChange.shownDigits)))" : ""
            return "\(candidate.origin) \(candidate.value)\(content)"
        }
        return (words(was), words(becomes))
    }
}
