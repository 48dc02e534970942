/// How many values a JSON text has, counted without making them: each takes far more memory than its bytes.
package enum JSONValueCount {
    /// Whether `text` has more values than `greatest`, where an empty array or object counts as two.
    ///
    /// Of a text that is no JSON nothing is said, but a parser makes no more values than that until it finds out.
    package static func exceeds(_ greatest: Int, in text: UnsafeRawBufferPointer) -> Bool {
        guard greatest > 0 else { return true }
        var count = 1
        var isInString = false
        var index = 0
        while index < text.count {
            let byte = text[index]
            if isInString {
                if byte == UInt8(ascii: "\\") {
                    index += 1
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
            } else {
                switch byte {
                case UInt8(ascii: "\""): isInString = true
                // What opens may have a value within it, and what separates has one behind it.
                case UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: ","):
                    count += 1
                    if count > greatest { return true }
                default: break
                }
            }
            index += 1
        }
        return false
    }
}
