/// Rescues unsigned 64-bit ids, which JSON may write as numbers but the parser's 63 bits cannot hold.
package enum TopLevelInteger {
    /// `text` with every member of the outermost object that is an integer from 2^63 to 2^64 - 1 put into quotes, or
    /// `nil` where there is none.
    ///
    /// Quoting changes nothing for an id, whose canonical form is its decimal digits, and no other member may be such an
    /// integer anyway. The result still goes through the strict parser: only a well-formed integer literal is touched, so
    /// nothing malformed becomes acceptable.
    ///
    /// With `depth`, members of objects within are looked at too, down to this level.
    package static func quotingUnsigned(in text: UnsafeRawBufferPointer, depth: Int = 1) -> [UInt8]? {
        var scanner = Scanner(text: text, greatestDepth: depth)
        var quoted: [UInt8] = []
        var copied = 0
        while let range = scanner.nextUnsigned() {
            quoted.append(contentsOf: text[copied..<range.lowerBound])
            quoted.append(UInt8(ascii: "\""))
            quoted.append(contentsOf: text[range])
            quoted.append(UInt8(ascii: "\""))
            copied = range.upperBound
        }
        guard copied > 0 else { return nil }
        quoted.append(contentsOf: text[copied...])
        return quoted
    }

    /// `text` parsed, with such members as strings where there are any; throws a ``JSONError``.
    package static func document(
        _ text: UnsafeRawBufferPointer,
        depth: Int = 1
    ) throws(JSONError) -> JSONDocument {
        do throws(JSONError) {
            return try JSONDocument(parsing: text)
        } catch {
            guard error.kind == .numberNotInteroperable, let quoted = quotingUnsigned(in: text, depth: depth) else {
                throw error
            }
            return try JSONDocument(parsing: quoted)
        }
    }

    private struct Scanner {
        private let text: UnsafeRawBufferPointer
        private let greatestDepth: Int
        private var index = 0
        private var depth = 0

        init(text: UnsafeRawBufferPointer, greatestDepth: Int) {
            self.text = text
            self.greatestDepth = greatestDepth
        }

        /// Where the next such integer stands.
        mutating func nextUnsigned() -> Range<Int>? {
            while index < text.count {
                let byte = text[index]
                switch byte {
                case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
                case UInt8(ascii: "\""): skipString()
                default: break
                }
                index += 1
                guard byte == UInt8(ascii: ":"), (1...greatestDepth).contains(depth), let range = integerLiteral()
                else { continue }
                let value = UInt64(String(decoding: text[range], as: UTF8.self))
                if let value, value > UInt64(Int64.max) { return range }
            }
            return nil
        }

        /// Moves to the closing quote of the string that starts here.
        private mutating func skipString() {
            index += 1
            while index < text.count, text[index] != UInt8(ascii: "\"") {
                index += text[index] == UInt8(ascii: "\\") ? 2 : 1
            }
        }

        private mutating func integerLiteral() -> Range<Int>? {
            while index < text.count, Scanner.isSpace(text[index]) { index += 1 }
            let start = index
            while index < text.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[index]) { index += 1 }
            guard index > start, text[start] != UInt8(ascii: "0"), index < text.count else { return nil }
            let next = text[index]
            guard next == UInt8(ascii: ",") || next == UInt8(ascii: "}") || Scanner.isSpace(next) else { return nil }
            return start..<index
        }

        private static func isSpace(_ byte: UInt8) -> Bool {
            byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
        }
    }
}
