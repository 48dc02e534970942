import Glibc
package import JSON

/// The identity of a pattern within its collection, compared byte by byte.
///
/// Swift compares strings by canonical equivalence and PostgreSQL by bytes; an id is therefore never a `String` here.
/// A UUID in any accepted spelling becomes lower case with hyphens, an integer becomes its decimal digits.
package struct PatternID: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The UTF-8 of the canonical spelling.
    package let utf8: [UInt8]

    /// The id that `text` spells; throws an ``InvalidPatternID`` where it spells none.
    package init(_ text: UnsafeRawBufferPointer) throws(InvalidPatternID) {
        guard !text.isEmpty else { throw InvalidPatternID(detail: "the id is empty") }
        if let uuid = UUIDText.canonical(text) {
            utf8 = uuid
            return
        }
        guard text.count <= Limits.patternIDBytes else {
            throw InvalidPatternID(detail: "the id has \(text.count) bytes, more than \(Limits.patternIDBytes)")
        }
        guard !PatternID.hasControlCharacter(text) else {
            throw InvalidPatternID(detail: "the id holds a control or direction-changing character")
        }
        utf8 = Array(text)
    }

    /// The id that `text` spells; throws an ``InvalidPatternID`` where it spells none.
    package init(_ text: String) throws(InvalidPatternID) {
        let bytes = Array(text.utf8)
        let outcome = bytes.withUnsafeBytes { bytes -> Result<PatternID, InvalidPatternID> in
            do throws(InvalidPatternID) { return .success(try PatternID(bytes)) } catch { return .failure(error) }
        }
        self = try outcome.get()
    }

    /// The id that a JSON string or integer spells; throws an ``InvalidPatternID`` for everything else.
    package init(_ node: JSONNode) throws(InvalidPatternID) {
        switch node.kind {
        case .string:
            let outcome = node.withUTF8 { bytes -> Result<PatternID, InvalidPatternID> in
                do throws(InvalidPatternID) { return .success(try PatternID(bytes)) } catch { return .failure(error) }
            }
            guard let outcome else { throw InvalidPatternID(detail: "the id cannot be read") }
            self = try outcome.get()
        case .integer:
            guard let value = node.integer, value >= 0 else {
                throw InvalidPatternID(detail: "an integer id is between 0 and 2^64 - 1")
            }
            utf8 = Array(String(value).utf8)
        default:
            throw InvalidPatternID(detail: "the id is a string or an integer")
        }
    }

    /// An id that is known to be canonical, because it was stored as one.
    package init(canonical utf8: [UInt8]) {
        self.utf8 = utf8
    }

    /// What vector databases can hold as an id.
    package enum Kind: Sendable {
        case unsignedInteger(UInt64), uuid, text
    }

    /// Whether the id is an unsigned 64-bit integer in canonical decimal, a UUID, or any other text.
    package var kind: Kind {
        let text = String(decoding: utf8, as: UTF8.self)
        if utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            utf8.count == 1 || utf8.first != UInt8(ascii: "0"), let value = UInt64(text)
        {
            return .unsignedInteger(value)
        }
        return utf8.withUnsafeBytes { UUIDText.canonical($0) } == nil ? .text : .uuid
    }

    package var description: String { String(decoding: utf8, as: UTF8.self) }

    package static func == (left: PatternID, right: PatternID) -> Bool {
        left.utf8 == right.utf8
    }

    package static func < (left: PatternID, right: PatternID) -> Bool {
        let order = memcmp(left.utf8, right.utf8, min(left.utf8.count, right.utf8.count))
        return order == 0 ? left.utf8.count < right.utf8.count : order < 0
    }

    package func hash(into hasher: inout Hasher) {
        utf8.withUnsafeBytes { hasher.combine(bytes: $0) }
    }

    /// C0 and C1 controls, DEL, line and paragraph separators and bidirectional overrides: ids are shown to people.
    private static func hasControlCharacter(_ text: UnsafeRawBufferPointer) -> Bool {
        if text.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return false }
        return String(decoding: text, as: UTF8.self).unicodeScalars.contains { scalar in
            switch scalar.value {
            case 0...0x1F, 0x7F...0x9F, 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
            default: false
            }
        }
    }
}

/// A text or value that is no pattern id.
package struct InvalidPatternID: Error, Sendable {
    package var detail: String
}

/// UUIDs as text.
package enum UUIDText {
    /// The lower-case hyphenated spelling of a UUID written hyphenated, plain or as `urn:uuid:`, in either case.
    package static func canonical(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
        var text = text[...]
        if text.count > 36, text.prefix(9).elementsEqual("urn:uuid:".utf8) { text = text.dropFirst(9) }
        guard text.count == 36 || text.count == 32 else { return nil }
        let isHyphenated = text.count == 36
        var output: [UInt8] = []
        output.reserveCapacity(36)
        for (position, byte) in text.enumerated() {
            if isHyphenated, [8, 13, 18, 23].contains(position) {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): output.append(byte)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): output.append(byte | 0x20)
            default: return nil
            }
            if [8, 13, 18, 23].contains(output.count) { output.append(UInt8(ascii: "-")) }
        }
        return output
    }

    /// The canonical spelling of 16 bytes.
    package static func format(_ bytes: [UInt8]) -> String {
        var output: [UInt8] = []
        for (index, byte) in bytes.prefix(16).enumerated() {
            if [4, 6, 8, 10].contains(index) { output.append(UInt8(ascii: "-")) }
            output.append(contentsOf: String(byte >> 4, radix: 16).utf8)
            output.append(contentsOf: String(byte & 15, radix: 16).utf8)
        }
        return String(decoding: output, as: UTF8.self)
    }
}
