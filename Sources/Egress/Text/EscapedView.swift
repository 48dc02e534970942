/// A text as it reads once its backslash escapes are resolved and a terminal's colours are left out, with the place that
/// each byte came from.
///
/// Texts hold JSON and source code that were quoted again, and what terminals showed: `"key\": \"..."`, `\nAKIA...` and
/// `ESC[32mghp_...` must not hide what they hold.
struct EscapedView {
    /// How often a text is unescaped again.
    static let levels = 3

    let bytes: [UInt8]
    /// For each byte where it begins in the text that this is a view of, and behind the last one that text's length.
    private let origins: [Int]

    /// The view of `text`; `nil` where it has nothing to resolve.
    init?(_ text: GuardText) {
        guard text.isEscaped else { return nil }
        var bytes: [UInt8] = []
        var origins: [Int] = []
        var index = 0
        var isChanged = false
        while index < text.count {
            let (meaning, length) = EscapedView.read(text, index)
            if meaning != .asWritten, !isChanged {
                bytes.reserveCapacity(text.count)
                origins.reserveCapacity(text.count + 1)
                isChanged = true
            }
            switch meaning {
            case .asWritten: bytes.append(text[index])
            case .byte(let byte): bytes.append(byte)
            case .nothing: break
            }
            if meaning != .nothing { origins.append(index) }
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

    /// What stands somewhere, to who reads the text.
    private enum Meaning: Equatable {
        case asWritten, nothing
        case byte(UInt8)
    }

    /// What stands at `index`, and how many bytes it takes; of escapes those of a single ASCII character are known.
    private static func read(_ text: GuardText, _ index: Int) -> (meaning: Meaning, length: Int) {
        switch text[index] {
        case TerminalSequence.escape:
            return TerminalSequence.length(in: text, at: index).map { (.nothing, $0) } ?? (.asWritten, 1)
        case UInt8(ascii: "["):
            let length = TerminalSequence.lengthOfWritten(in: text, at: index)
            return length.map { (.nothing, $0) } ?? (.asWritten, 1)
        case UInt8(ascii: "\\"): return escaped(text, index)
        default: return (.asWritten, 1)
        }
    }

    /// What the backslash at `index` makes of what follows it.
    private static func escaped(_ text: GuardText, _ index: Int) -> (meaning: Meaning, length: Int) {
        switch text[index + 1] {
        case UInt8(ascii: "n"): return (.byte(0x0A), 2)
        case UInt8(ascii: "r"): return (.byte(0x0D), 2)
        case UInt8(ascii: "t"): return (.byte(0x09), 2)
        case UInt8(ascii: "a"): return (.byte(0x07), 2)
        case UInt8(ascii: "b"): return (.byte(0x08), 2)
        case UInt8(ascii: "v"): return (.byte(0x0B), 2)
        case UInt8(ascii: "f"): return (.byte(0x0C), 2)
        case UInt8(ascii: "e"): return (.byte(TerminalSequence.escape), 2)
        case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "/"), UInt8(ascii: "\\"):
            return (.byte(text[index + 1]), 2)
        case UInt8(ascii: "x"): return number(text, index, digits: 2)
        case UInt8(ascii: "u"): return number(text, index, digits: 4)
        case UInt8(ascii: "0") where text.has(Array("33".utf8), at: index + 2):
            return (.byte(TerminalSequence.escape), 4)
        default: return (.asWritten, 1)
        }
    }

    private static func number(_ text: GuardText, _ index: Int, digits: Int) -> (meaning: Meaning, length: Int) {
        var value = 0
        for offset in 2..<(2 + digits) {
            guard let digit = hexDigit(text[index + offset]) else { return (.asWritten, 1) }
            value = value << 4 | digit
        }
        guard value > 0, value < 0x80 else { return (.asWritten, 1) }
        return (.byte(UInt8(value)), 2 + digits)
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
