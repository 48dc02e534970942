import CLibJansson

/// A value inside a ``JSONDocument``; keeps the document alive.
package struct JSONNode {
    let document: JSONDocument
    let pointer: UnsafeMutablePointer<json_t>

    /// The JSON type of a value.
    package enum Kind: Sendable {
        case object, array, string, integer, real, boolean, null
    }

    package var kind: Kind {
        switch pointer.pointee.type {
        case JSON_OBJECT: .object
        case JSON_ARRAY: .array
        case JSON_STRING: .string
        case JSON_INTEGER: .integer
        case JSON_REAL: .real
        case JSON_TRUE, JSON_FALSE: .boolean
        default: .null
        }
    }

    /// The member called `name`, where this is an object that has one.
    package subscript(name: StaticString) -> JSONNode? {
        let found = name.withUTF8Buffer { utf8 in
            utf8.withMemoryRebound(to: CChar.self) { json_object_getn(pointer, $0.baseAddress, $0.count) }
        }
        return found.map { JSONNode(document: document, pointer: $0) }
    }

    /// The member called `name`, where this is an object that has one.
    package func member(_ name: String) -> JSONNode? {
        var name = name
        let found = name.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) { json_object_getn(pointer, $0.baseAddress, $0.count) }
        }
        return found.map { JSONNode(document: document, pointer: $0) }
    }

    /// The elements, where this is an array; otherwise nothing.
    package var elements: [JSONNode] {
        (0..<json_array_size(pointer)).compactMap { index in
            json_array_get(pointer, index).map { JSONNode(document: document, pointer: $0) }
        }
    }

    /// The name of a member that is none of `known`, where this is an object that has one.
    package func memberName(notAmong known: [StaticString]) -> String? {
        var iterator = json_object_iter(pointer)
        while let current = iterator {
            if let key = json_object_iter_key(current) {
                let name = UnsafeRawBufferPointer(start: key, count: json_object_iter_key_len(current))
                if !known.contains(where: { UTF16Order.equal($0, name) }) {
                    return String(decoding: name, as: UTF8.self)
                }
            }
            iterator = json_object_iter_next(pointer, current)
        }
        return nil
    }

    /// Names and values of the members, in no particular order, where this is an object.
    package var members: [(name: String, value: JSONNode)] {
        var found: [(name: String, value: JSONNode)] = []
        var iterator = json_object_iter(pointer)
        while let current = iterator {
            if let key = json_object_iter_key(current), let value = json_object_iter_value(current) {
                let utf8 = UnsafeRawBufferPointer(start: key, count: json_object_iter_key_len(current))
                found.append((String(decoding: utf8, as: UTF8.self), JSONNode(document: document, pointer: value)))
            }
            iterator = json_object_iter_next(pointer, current)
        }
        return found
    }

    /// Calls `body` with the string's UTF-8, or returns `nil` where this is no string.
    package func withUTF8<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result? {
        guard let text = json_string_value(pointer) else { return nil }
        return try body(UnsafeRawBufferPointer(start: text, count: json_string_length(pointer)))
    }

    package var string: String? {
        withUTF8 { String(decoding: $0, as: UTF8.self) }
    }

    package var integer: Int64? {
        kind == .integer ? Int64(json_integer_value(pointer)) : nil
    }

    /// The value of an integer or real number.
    package var number: Double? {
        switch kind {
        case .integer: Double(json_integer_value(pointer))
        case .real: json_real_value(pointer)
        default: nil
        }
    }

    package var boolean: Bool? {
        switch pointer.pointee.type {
        case JSON_TRUE: true
        case JSON_FALSE: false
        default: nil
        }
    }
}
