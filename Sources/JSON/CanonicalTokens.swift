/// Goes through canonical text token by token, without making anything of it.
///
/// The text is what ``CanonicalJSON`` wrote; of any other nothing outside it is read, and ``isWhole`` stays false where it
/// is no JSON.
package struct CanonicalTokens {
    /// What comes next; ranges are those of the text, of names and strings without their quotes.
    package enum Token: Sendable, Equatable {
        case objectStart, objectEnd, arrayStart, arrayEnd
        case name(Range<Int>)
        case string(Range<Int>)
        /// A number, a boolean or null.
        case other
    }

    private let text: UnsafeRawBufferPointer
    private var scanner: CanonicalScanner
    private var depth = 0

    package init(_ text: UnsafeRawBufferPointer) {
        self.text = text
        scanner = CanonicalScanner(text, 0..<text.count)
    }

    /// Whether there was something and everything was read, with as many brackets closed as opened.
    package var isWhole: Bool { scanner.isAtEnd && depth == 0 && !text.isEmpty }

    /// The next token; `nil` at the end, and where the text is no JSON.
    package mutating func next() -> Token? {
        while scanner.take(UInt8(ascii: ",")) {}
        guard scanner.index < text.count else { return nil }
        switch text[scanner.index] {
        case UInt8(ascii: "{"): return bracket(.objectStart, 1)
        case UInt8(ascii: "["): return bracket(.arrayStart, 1)
        case UInt8(ascii: "}"): return bracket(.objectEnd, -1)
        case UInt8(ascii: "]"): return bracket(.arrayEnd, -1)
        case UInt8(ascii: "\""):
            let start = scanner.index + 1
            guard scanner.skipValue() else { return nil }
            let range = start..<(scanner.index - 1)
            return scanner.take(UInt8(ascii: ":")) ? .name(range) : .string(range)
        default: return scanner.skipValue() ? .other : nil
        }
    }

    private mutating func bracket(_ token: Token, _ step: Int) -> Token? {
        depth += step
        guard depth >= 0 else { return nil }
        _ = scanner.take(text[scanner.index])
        return token
    }
}

extension JSONText {
    /// The bytes that `written`, a string of canonical text without its quotes, stands for.
    package static func unescape(_ written: UnsafeRawBufferPointer) -> [UInt8] {
        CanonicalName.unescape(written[...])
    }
}
