package import JSON

/// A pattern that the guard holds back: where it stands and which rules it meets, never what they found.
package struct HeldRecord: Sendable, Equatable {
    /// The part of a source that has it.
    package var part: String
    /// Which of its records it is, counted from 1.
    package var number: Int64
    package var id: String
    package var rules: [String]
}

extension HeldRecord {
    package var json: JSONValue {
        [
            "source": .string(part), "number": .integer(number), "id": .string(id),
            "rules": .array(rules.map { .string($0) }),
        ]
    }

    /// Reads what ``json`` wrote.
    init?(_ node: JSONNode) {
        guard let part = node["source"]?.string, let number = node["number"]?.integer, let id = node["id"]?.string,
            let rules = node["rules"]?.elements
        else { return nil }
        self.init(part: part, number: number, id: id, rules: rules.compactMap(\.string))
    }
}
