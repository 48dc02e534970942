/// A member's name as canonical text spells it, without its quotes, in the order RFC 8785 sorts names.
package struct CanonicalName: Sendable, Hashable, Comparable {
    package let written: CanonicalSlice

    /// The name that unescaped is `name`.
    package init(_ name: String) {
        var quoted: [UInt8] = []
        JSONText.appendString(name, to: &quoted)
        written = CanonicalSlice(Array(quoted.dropFirst().dropLast()))
    }

    /// The name written like this.
    init(written: CanonicalSlice) {
        self.written = written
    }

    package static func < (left: CanonicalName, right: CanonicalName) -> Bool {
        left.written.withUnsafeBytes { mine in
            right.written.withUnsafeBytes { precedes(mine, $0) }
        }
    }

    /// Whether the name written `left` sorts before the one written `right`: by what they mean, not by their escapes.
    static func precedes(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        let common = min(left.count, right.count)
        var index = 0
        while index < common, left[index] == right[index], left[index] != backslash { index += 1 }
        let isEscaped =
            (index < left.count && left[index] == backslash) || (index < right.count && right[index] == backslash)
        guard isEscaped else {
            return UTF16Order.precedes(
                UnsafeRawBufferPointer(rebasing: left[index...]),
                UnsafeRawBufferPointer(rebasing: right[index...])
            )
        }
        let (mine, other) = (unescape(left[index...]), unescape(right[index...]))
        return mine.withUnsafeBytes { mine in other.withUnsafeBytes { UTF16Order.precedes(mine, $0) } }
    }

    private static let backslash = UInt8(ascii: "\\")

    /// The bytes that `written` stands for; an escape that our writer never uses stands for itself.
    static func unescape(_ written: Slice<UnsafeRawBufferPointer>) -> [UInt8] {
        var meant: [UInt8] = []
        meant.reserveCapacity(written.count)
        var rest = written
        while let byte = rest.popFirst() {
            guard byte == backslash, let kind = rest.first else {
                meant.append(byte)
                continue
            }
            switch kind {
            case UInt8(ascii: "\""), backslash: meant.append(kind)
            case UInt8(ascii: "b"): meant.append(0x08)
            case UInt8(ascii: "t"): meant.append(0x09)
            case UInt8(ascii: "n"): meant.append(0x0A)
            case UInt8(ascii: "f"): meant.append(0x0C)
            case UInt8(ascii: "r"): meant.append(0x0D)
            case UInt8(ascii: "u"):
                // Only U+0000 to U+001F are written so, and of the four digits the last two differ.
                guard let code = UInt8(String(decoding: rest.dropFirst().prefix(4), as: UTF8.self), radix: 16) else {
                    meant.append(byte)
                    continue
                }
                meant.append(code)
                rest = rest.dropFirst(4)
            default:
                meant.append(byte)
                continue
            }
            rest = rest.dropFirst()
        }
        return meant
    }
}
