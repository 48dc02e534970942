import JSON
import Presentation

/// The members of one object of the configuration file, each read strictly; errors say where it stands.
struct ConfigurationMembers {
    private let values: [String: JSONNode]
    private let place: String

    /// The members of `node`, all of which have to be among `keys`; a hyphen, as options have it, is as good as an
    /// underscore.
    init(_ node: JSONNode, keys: [String], place: String) throws {
        guard node.kind == .object else {
            throw InvalidSetting(
                description: place.isEmpty ? "it is no JSON object" : "'\(place.dropLast())' is no object"
            )
        }
        var values: [String: JSONNode] = [:]
        for (name, value) in node.members {
            let key = String(name.map { $0 == "-" ? "_" : $0 })
            guard keys.contains(key) else {
                let guess = Suggestion.nearest(to: key, among: keys).map { "; did you mean '\($0)'?" } ?? ""
                throw InvalidSetting(
                    description:
                        "there is no setting '\(place)\(name)'\(guess) It may be: \(keys.joined(separator: ", "))"
                )
            }
            guard values.updateValue(value, forKey: key) == nil else {
                throw InvalidSetting(description: "'\(place)\(key)' is there twice")
            }
        }
        self.values = values
        self.place = place
    }

    subscript(key: String) -> JSONNode? { values[key] }

    /// The text of `key`; `nil` where it is absent.
    func string(_ key: String) throws -> String? {
        guard let value = values[key] else { return nil }
        guard let text = value.string, !text.isEmpty else { throw wrong(key, "is no text") }
        return text
    }

    /// The text of `key`, which has to be there.
    func required(_ key: String) throws -> String {
        guard let text = try string(key) else { throw wrong(key, "is missing") }
        return text
    }

    /// The whole number of `key`; `nil` where it is absent.
    func integer(_ key: String) throws -> Int64? {
        guard let value = values[key] else { return nil }
        guard let number = value.integer else { throw wrong(key, "is no whole number") }
        return number
    }

    /// The number of `key`; `nil` where it is absent.
    func number(_ key: String) throws -> Double? {
        guard let value = values[key] else { return nil }
        guard let number = value.number else { throw wrong(key, "is no number") }
        return number
    }

    /// Calls `body`, whose error is one of `key`.
    func read<Value>(_ key: String, _ body: () throws -> Value) throws -> Value {
        do { return try body() } catch let error as InvalidSetting where !error.description.hasPrefix("'\(place)") {
            throw wrong(key, ": \(error)")
        }
    }

    private func wrong(_ key: String, _ what: String) -> InvalidSetting {
        InvalidSetting(description: "'\(place)\(key)'\(what.hasPrefix(":") ? "" : " ")\(what)")
    }
}
