package import JSON
internal import Presentation

/// The members of one object of a configuration file, each read strictly; errors say where it stands.
///
/// Everything throws ``InvalidSetting``.
package struct ConfigurationMembers {
    private let values: [String: JSONNode]
    private let place: String

    /// The members of `node`, all of which have to be among `keys`.
    ///
    /// `place` is where the object stands, with a full stop at its end, and empty for the outermost one. `spelling` turns
    /// other spellings of a key into the one that is among `keys`. For keys that are refused though somebody may well
    /// try them, `advice` says what to do instead.
    package init(
        _ node: JSONNode,
        keys: [String],
        place: String,
        spelling: (String) -> String = { $0 },
        advice: [String: String] = [:]
    ) throws(InvalidSetting) {
        guard node.kind == .object else {
            throw InvalidSetting(
                description: place.isEmpty ? "it is no JSON object" : "'\(place.dropLast())' is no object"
            )
        }
        var values: [String: JSONNode] = [:]
        for (name, value) in node.members {
            let key = spelling(name)
            if let advice = advice[key] { throw InvalidSetting(description: "'\(place)\(key)' \(advice)") }
            guard keys.contains(key) else {
                let guess = Suggestion.nearest(to: key, among: keys).map { "; did you mean '\($0)'?" } ?? "."
                throw InvalidSetting(
                    description:
                        "there is no setting '\(place)\(HarmlessText.of(name))'\(guess) It may be:"
                        + " \(keys.joined(separator: ", "))"
                )
            }
            guard values.updateValue(value, forKey: key) == nil else {
                throw InvalidSetting(description: "'\(place)\(key)' is there twice")
            }
        }
        self.values = values
        self.place = place
    }

    package subscript(key: String) -> JSONNode? { values[key] }

    /// The keys that are there, in the order of the alphabet.
    package var keys: [String] { values.keys.sorted() }

    /// The text of `key`; `nil` where it is absent.
    package func string(_ key: String) throws(InvalidSetting) -> String? {
        guard let value = values[key] else { return nil }
        guard let text = value.string, !text.isEmpty else { throw wrong(key, "is no text") }
        return text
    }

    /// The text of `key`, which has to be there.
    package func required(_ key: String) throws(InvalidSetting) -> String {
        guard let text = try string(key) else { throw wrong(key, "is missing") }
        return text
    }

    /// The whole number of `key`; `nil` where it is absent.
    package func integer(_ key: String) throws(InvalidSetting) -> Int64? {
        guard let value = values[key] else { return nil }
        guard let number = value.integer else { throw wrong(key, "is no whole number") }
        return number
    }

    /// The number of `key`; `nil` where it is absent.
    package func number(_ key: String) throws(InvalidSetting) -> Double? {
        guard let value = values[key] else { return nil }
        guard let number = value.number else { throw wrong(key, "is no number") }
        return number
    }

    /// The truth value of `key`; `nil` where it is absent.
    package func boolean(_ key: String) throws(InvalidSetting) -> Bool? {
        guard let value = values[key] else { return nil }
        guard let flag = value.boolean else { throw wrong(key, "is neither true nor false") }
        return flag
    }

    /// The texts of `key`, which is a list; `nil` where it is absent.
    package func strings(_ key: String) throws(InvalidSetting) -> [String]? {
        guard let value = values[key] else { return nil }
        let texts = value.elements.compactMap(\.string)
        guard value.kind == .array, texts.count == value.elements.count, !texts.contains("") else {
            throw wrong(key, "is no list of texts")
        }
        return texts
    }

    /// Calls `body`, whose error is one of `key`.
    package func read<Value>(_ key: String, _ body: () throws -> Value) throws -> Value {
        do { return try body() } catch let error as InvalidSetting where !error.description.hasPrefix("'\(place)") {
            throw wrong(key, ": \(error)")
        }
    }

    private func wrong(_ key: String, _ what: String) -> InvalidSetting {
        InvalidSetting(description: "'\(place)\(key)'\(what.hasPrefix(":") ? "" : " ")\(what)")
    }
}
