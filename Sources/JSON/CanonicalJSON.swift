import CLibJansson

/// Writes a parsed value in its one canonical form: RFC 8785, the JSON Canonicalization Scheme.
///
/// Checksums are taken over these bytes, so every implementation, in any language, must produce the same ones.
package enum CanonicalJSON {
    /// The greatest magnitude up to which every binary64 reader sees every integer exactly.
    package static let greatestInteroperableInteger: Int64 = 9_007_199_254_740_991

    /// Appends the canonical form of `node` to `output`, leaving out the members of the outermost object that
    /// `omitting` names; throws a ``JSONError`` for integers that are not interoperable and for excessive depth.
    package static func append(
        _ node: JSONNode,
        to output: inout [UInt8],
        omitting: [StaticString] = [],
        maximumDepth: Int
    ) throws(JSONError) {
        var writer = Writer(maximumDepth: maximumDepth)
        try writer.append(node.pointer, to: &output, omitting: omitting, depth: 1)
    }

    private struct Writer {
        struct Member {
            var name: UnsafeRawBufferPointer
            var value: UnsafeMutablePointer<json_t>
        }

        let maximumDepth: Int

        mutating func append(
            _ value: UnsafeMutablePointer<json_t>,
            to output: inout [UInt8],
            omitting: [StaticString],
            depth: Int
        ) throws(JSONError) {
            switch value.pointee.type {
            case JSON_OBJECT:
                try appendObject(value, to: &output, omitting: omitting, depth: depth)
            case JSON_ARRAY:
                guard depth <= maximumDepth else { throw tooDeep }
                output.append(UInt8(ascii: "["))
                for index in 0..<json_array_size(value) {
                    if index > 0 { output.append(UInt8(ascii: ",")) }
                    guard let element = json_array_get(value, index) else { continue }
                    try append(element, to: &output, omitting: [], depth: depth + 1)
                }
                output.append(UInt8(ascii: "]"))
            case JSON_STRING:
                let text = UnsafeRawBufferPointer(start: json_string_value(value), count: json_string_length(value))
                JSONText.appendString(text, to: &output)
            case JSON_INTEGER:
                try appendInteger(Int64(json_integer_value(value)), to: &output)
            case JSON_REAL:
                try appendReal(json_real_value(value), to: &output)
            case JSON_TRUE: output.append(contentsOf: "true".utf8)
            case JSON_FALSE: output.append(contentsOf: "false".utf8)
            default: output.append(contentsOf: "null".utf8)
            }
        }

        private var tooDeep: JSONError {
            JSONError(.tooDeep, "nested deeper than \(maximumDepth) levels")
        }

        private mutating func appendObject(
            _ object: UnsafeMutablePointer<json_t>,
            to output: inout [UInt8],
            omitting: [StaticString],
            depth: Int
        ) throws(JSONError) {
            guard depth <= maximumDepth else { throw tooDeep }
            var members: [Member] = []
            members.reserveCapacity(json_object_size(object))
            var iterator = json_object_iter(object)
            while let current = iterator {
                iterator = json_object_iter_next(object, current)
                guard let key = json_object_iter_key(current), let value = json_object_iter_value(current) else {
                    continue
                }
                let name = UnsafeRawBufferPointer(start: key, count: json_object_iter_key_len(current))
                if !omitting.isEmpty, omitting.contains(where: { UTF16Order.equal($0, name) }) { continue }
                members.append(Member(name: name, value: value))
            }
            members.sort { UTF16Order.precedes($0.name, $1.name) }
            output.append(UInt8(ascii: "{"))
            var isFirst = true
            for member in members {
                if !isFirst { output.append(UInt8(ascii: ",")) }
                isFirst = false
                JSONText.appendString(member.name, to: &output)
                output.append(UInt8(ascii: ":"))
                try append(member.value, to: &output, omitting: [], depth: depth + 1)
            }
            output.append(UInt8(ascii: "}"))
        }

        private func appendInteger(_ value: Int64, to output: inout [UInt8]) throws(JSONError) {
            guard value.magnitude <= CanonicalJSON.greatestInteroperableInteger.magnitude else {
                throw notInteroperable("\(value)")
            }
            JSONText.appendInteger(value, to: &output)
        }

        /// A real that prints as an integer beyond 2^53 - 1 would be refused when it is read back, so it is refused here.
        private func appendReal(_ value: Double, to output: inout [UInt8]) throws(JSONError) {
            let greatest = Double(CanonicalJSON.greatestInteroperableInteger)
            if value.magnitude > greatest, value.magnitude < 1e21 { throw notInteroperable("\(value)") }
            JSONText.appendNumber(value, to: &output)
        }

        private func notInteroperable(_ number: String) -> JSONError {
            JSONError(
                .numberNotInteroperable,
                "the integer \(number) is beyond 2^53 - 1, where readers of JSON disagree; send it as a string"
            )
        }
    }
}

/// The order RFC 8785 sorts names in: UTF-16 code units, compared here without leaving UTF-8.
enum UTF16Order {
    /// UTF-8 and UTF-16 order agree except that surrogates (lead byte F0 and up) sort before U+E000...U+FFFF (EE, EF).
    static func precedes(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        let common = min(left.count, right.count)
        for index in 0..<common where left[index] != right[index] {
            let (a, b) = (left[index], right[index])
            return a >= 0xEE && b >= 0xEE && (a >= 0xF0) != (b >= 0xF0) ? a >= 0xF0 : a < b
        }
        return left.count < right.count
    }

    static func equal(_ name: StaticString, _ bytes: UnsafeRawBufferPointer) -> Bool {
        name.utf8CodeUnitCount == bytes.count
            && name.withUTF8Buffer { $0.elementsEqual(bytes) }
    }
}
