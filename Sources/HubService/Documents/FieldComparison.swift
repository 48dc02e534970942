import Federation
package import JSON

/// One field of several payloads, side by side.
package struct FieldComparison: Sendable, Equatable {
    /// Names of the members that lead to it, joined by dots; a name that holds a dot or a quote is in quotes itself.
    package var field: String
    /// What each payload has there, as JSON text; `nil` where it has nothing.
    package var values: [[UInt8]?]

    /// Whether not all payloads have the same there.
    package var differs: Bool { Set(values).count > 1 }

    /// The fields of `payloads`, which are JSON texts, in the order of their names' bytes.
    ///
    /// Members of objects are fields of their own; an array is one value, because its elements have no names that both
    /// sides would agree on.
    package static func of(_ payloads: [[UInt8]]) -> [FieldComparison] {
        // Names are told apart by their bytes; Swift would take some that only look alike for one.
        var rows: [[UInt8]: [[UInt8]?]] = [:]
        for (index, payload) in payloads.enumerated() {
            guard let document = try? JSONDocument(parsing: payload) else { continue }
            collect(document.root, path: []) { path, text in
                rows[path, default: Array(repeating: nil, count: payloads.count)][index] = text
            }
        }
        return rows.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map {
            FieldComparison(field: String(decoding: $0.key, as: UTF8.self), values: $0.value)
        }
    }

    private static func collect(_ node: JSONNode, path: [UInt8], _ body: (_ path: [UInt8], _ text: [UInt8]) -> Void) {
        let members = node.members
        // An object without members is a value too, or it could not be told from nothing.
        guard !members.isEmpty else {
            var text: [UInt8] = []
            guard (try? CanonicalJSON.append(node, to: &text, maximumDepth: Limits.payloadDepth)) != nil else { return }
            body(path, text)
            return
        }
        for (name, value) in members {
            collect(value, path: path + (path.isEmpty ? [] : [UInt8(ascii: ".")]) + spelled(name), body)
        }
    }

    private static func spelled(_ name: String) -> [UInt8] {
        let needsQuotes = name.isEmpty || name.utf8.contains { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "\"") }
        return needsQuotes ? JSONValue.string(name).bytes : Array(name.utf8)
    }

    package var json: JSONValue {
        [
            "field": .string(field),
            "values": .array(values.map { $0.map(JSONValue.raw) ?? .null }),
            "differs": .boolean(differs),
        ]
    }
}
