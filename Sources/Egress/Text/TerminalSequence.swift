/// What tells a terminal how to show the rest of a text (ECMA-48), and shows nothing itself.
enum TerminalSequence {
    /// Begins such a sequence.
    static let escape: UInt8 = 0x1B
    /// Bytes of a sequence's parameters.
    private static let greatestSequence = 32
    private static let parameters = ByteClass("0123456789;:?")
    /// Parameters of colours, which alone are known without the escape.
    private static let colours = ByteClass("0123456789;")
    private static let erasing = Array("[K".utf8)
    private static let bracket = UInt8(ascii: "[")

    /// How long the sequence is whose escape stands at `index`: a control sequence as `ESC[32m` (5.4), or one that chooses
    /// letters as `ESC(B` (ECMA-35), with which `tput sgr0` ends.
    static func length(in text: GuardText, at index: Int) -> Int? {
        lengthBehindEscape(in: text, at: index + 1).map { $0 + 1 }
    }

    /// How long the sequence is that stands at `index` as other programs leave it: `[32m`, whose escape was dropped, or
    /// `[[32m` and `[(B` behind the `^` by which editors show an escape.
    static func lengthOfWritten(in text: GuardText, at index: Int) -> Int? {
        guard text[index] == bracket else { return nil }
        if text[index - 1] == UInt8(ascii: "^"), let length = lengthBehindEscape(in: text, at: index + 1) {
            return length + 1
        }
        // Ranges of time as "[5m]" are none, nor is "[m" without a number.
        let end = text.end(of: colours, from: index + 1, limit: greatestSequence)
        guard end > index + 1, text[end] == UInt8(ascii: "m") || text[end] == UInt8(ascii: "K"),
            text[end + 1] != UInt8(ascii: "]")
        else { return nil }
        // With which grep follows each of its colours.
        let isErasing = text.has(erasing, at: end + 1)
        return end + 1 - index + (isErasing ? erasing.count : 0)
    }

    private static func lengthBehindEscape(in text: GuardText, at index: Int) -> Int? {
        switch text[index] {
        case bracket:
            let end = text.end(of: parameters, from: index + 1, limit: greatestSequence)
            return (0x40...0x7E).contains(text[end]) ? end + 1 - index : nil
        case UInt8(ascii: "(")...UInt8(ascii: "+"):
            return (0x30...0x7E).contains(text[index + 1]) ? 2 : nil
        default: return nil
        }
    }
}
