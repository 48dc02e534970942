/// Finds where a JSON value ends, without reading what it says; whoever receives it reads it strictly.
struct ValueEnd {
    private var depth = 0
    private var isInString = false
    private var isEscaped = false
    private let isScalar: Bool

    /// For a value that begins with `first`.
    init(first: UInt8) {
        isScalar = first != UInt8(ascii: "{") && first != UInt8(ascii: "[") && first != UInt8(ascii: "\"")
    }

    /// Where in `text` the value ends, whose bytes from `start` on are the next; `nil` where it goes on behind them.
    mutating func find(in text: UnsafeRawBufferPointer, from start: Int) -> Int? {
        var index = start
        while index < text.count {
            let byte = text[index]
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                    if depth == 0 { return index + 1 }
                }
            } else {
                switch byte {
                case UInt8(ascii: "\""): isInString = true
                case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    if depth == 0 { return index }
                    depth -= 1
                    if depth == 0 { return index + 1 }
                case UInt8(ascii: ","), 0x20, 0x09, 0x0A, 0x0D:
                    if isScalar, depth == 0 { return index }
                default: break
                }
            }
            index += 1
        }
        return nil
    }
}
