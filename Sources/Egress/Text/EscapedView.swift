/// A text as it reads once its backslash escapes are resolved, with the place that each byte came from.
///
/// Texts hold JSON and source code that were quoted again: `"key\": \"..."` and `\nAKIA...` must not hide what they hold.
struct EscapedView {
    /// How often a text is unescaped again.
    static let levels = 3

    let bytes: [UInt8]
    /// For each byte where it begins in the text that this is a view of, and behind the last one that text's length.
    private let origins: [Int]

    /// The view of `text`; `nil` where it has nothing to resolve.
    init?(_ text: GuardText) {
        guard text.hasBackslash else { return nil }
        var bytes: [UInt8] = []
        var origins: [Int] = []
        var index = 0
        var isChanged = false
        while index < text.count {
            let (meant, length) = EscapedView.read(text, index)
            if let meant {
                if !isChanged {
                    bytes.reserveCapacity(text.count)
                    origins.reserveCapacity(text.count + 1)
                    isChanged = true
                }
                bytes.append(meant)
            } else {
                bytes.append(text[index])
            }
            origins.append(index)
            index += length
        }
        guard isChanged else { return nil }
        origins.append(text.count)
        self.bytes = bytes
        self.origins = origins
    }

    /// Where the `range` of this view stands in the text.
    func origin(of range: Range<Int>) -> Range<Int> {
        origins[range.lowerBound]..<origins[range.upperBound]
    }

    /// What the escape at `index` stands for, if one of a single ASCII character does, and how many bytes it takes.
    private static func read(_ text: GuardText, _ index: Int) -> (meant: UInt8?, length: Int) {
        guard text[index] == UInt8(ascii: "\\") else { return (nil, 1) }
        switch text[index + 1] {
        case UInt8(ascii: "n"): return (0x0A, 2)
        case UInt8(ascii: "r"): return (0x0D, 2)
        case UInt8(ascii: "t"): return (0x09, 2)
        case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "/"), UInt8(ascii: "\\"): return (text[index + 1], 2)
        case UInt8(ascii: "x"): return number(text, index, digits: 2)
        case UInt8(ascii: "u"): return number(text, index, digits: 4)
        default: return (nil, 1)
        }
    }

    private static func number(_ text: GuardText, _ index: Int, digits: Int) -> (meant: UInt8?, length: Int) {
        var value = 0
        for offset in 2..<(2 + digits) {
            guard let digit = hexDigit(text[index + offset]) else { return (nil, 1) }
            value = value << 4 | digit
        }
        guard value > 0, value < 0x80 else { return (nil, 1) }
        return (UInt8(value), 2 + digits)
    }

    private static func hexDigit(_ byte: UInt8) -> Int? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): Int(byte - UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): Int(byte - UInt8(ascii: "A")) + 10
        default: nil
        }
    }
}
