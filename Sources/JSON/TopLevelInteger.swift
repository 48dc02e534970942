/// Rescues unsigned 64-bit ids, which JSON may write as numbers but the parser's 63 bits cannot hold.
package enum TopLevelInteger {
    /// `text` with the unsigned 64-bit integer that is the value of the outermost object's member `name` put into quotes, or `nil` where
    /// there is no such member or it is no such integer.
    ///
    /// Quoting changes nothing for an id, whose canonical form is its decimal digits. The result still goes through the
    /// strict parser: only a well-formed integer literal is touched, so nothing malformed becomes acceptable.
    package static func quoting(_ name: StaticString, in text: UnsafeRawBufferPointer) -> [UInt8]? {
        var scanner = Scanner(text: text)
        guard let range = scanner.integerValue(of: name) else { return nil }
        var quoted: [UInt8] = []
        quoted.reserveCapacity(text.count + 2)
        quoted.append(contentsOf: text[..<range.lowerBound])
        quoted.append(UInt8(ascii: "\""))
        quoted.append(contentsOf: text[range])
        quoted.append(UInt8(ascii: "\""))
        quoted.append(contentsOf: text[range.upperBound...])
        return quoted
    }

    private struct Scanner {
        let text: UnsafeRawBufferPointer
        var index = 0

        init(text: UnsafeRawBufferPointer) {
            self.text = text
        }

        mutating func integerValue(of name: StaticString) -> Range<Int>? {
            var depth = 0
            while index < text.count {
                switch text[index] {
                case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
                case UInt8(ascii: "\""):
                    let string = skipString()
                    guard depth == 1, UTF16Order.equal(name, UnsafeRawBufferPointer(rebasing: text[string])) else {
                        continue
                    }
                    skipSpace()
                    guard index < text.count, text[index] == UInt8(ascii: ":") else { continue }
                    index += 1
                    skipSpace()
                    return integerLiteral()
                default: break
                }
                index += 1
            }
            return nil
        }

        /// Moves behind the string that starts here; returns the range between its quotes.
        private mutating func skipString() -> Range<Int> {
            index += 1
            let start = index
            while index < text.count, text[index] != UInt8(ascii: "\"") {
                index += text[index] == UInt8(ascii: "\\") ? 2 : 1
            }
            let end = min(index, text.count)
            index = min(end + 1, text.count)
            return start..<end
        }

        private mutating func skipSpace() {
            while index < text.count, [0x20, 0x09, 0x0A, 0x0D].contains(text[index]) { index += 1 }
        }

        private mutating func integerLiteral() -> Range<Int>? {
            let start = index
            while index < text.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[index]) { index += 1 }
            guard index > start, index == start + 1 || text[start] != UInt8(ascii: "0") else { return nil }
            guard UInt64(String(decoding: text[start..<index], as: UTF8.self)) != nil else { return nil }
            guard index < text.count, [UInt8(ascii: ","), UInt8(ascii: "}"), 0x20, 0x09, 0x0A, 0x0D].contains(text[index])
            else { return nil }
            return start..<index
        }
    }
}
