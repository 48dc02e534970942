/// Cuts an array that stands inside a JSON object into its elements, and keeps what stands around it.
///
/// So an answer with many large elements can be read element by element. As with ``ArraySplitter`` only brackets, strings
/// and commas are understood here.
package struct NestedArraySplitter: RecordSplitter {
    /// Names of members that lead to the array, from the outermost object inward.
    private let path: [StaticString]
    private let limit: Int
    private let restLimit: Int
    private var array: ArraySplitter?

    /// What stands around the array, which is left empty in it.
    package private(set) var rest: [UInt8] = []
    /// Whether the array was there.
    package private(set) var isFound = false

    private var depth = 0
    /// How many of the objects on the path are open.
    private var matched = 0
    private var inString = false
    private var escaped = false
    private var token: [UInt8] = []
    private var afterColon = false

    /// A splitter for the array that `path` leads to, which keeps at most `limit` bytes of one element and `restLimit`
    /// bytes around the array.
    package init(path: [StaticString], limit: Int, restLimit: Int) {
        self.path = path
        self.limit = limit
        self.restLimit = restLimit
    }

    package mutating func split(_ chunk: UnsafeRawBufferPointer, _ record: (RecordSlice) throws -> Void) throws {
        var index = 0
        while index < chunk.count {
            if array != nil {
                let part = UnsafeRawBufferPointer(rebasing: chunk[index...])
                index += try array?.splitThroughEnd(part, record) ?? 0
                if array?.isComplete == true { array = nil }
                continue
            }
            if try opensArray(chunk[index]) {
                array = ArraySplitter(limit: limit)
                isFound = true
                rest.append(contentsOf: "[]".utf8)
                // The array's splitter takes the bracket itself.
                continue
            }
            index += 1
        }
    }

    package mutating func finish(_ record: (RecordSlice) throws -> Void) throws {
        guard array == nil, depth == 0, !inString, !rest.isEmpty else {
            throw JSONError(.syntax, "the text ends too early")
        }
    }

    /// Takes a byte outside of the array; returns whether the array begins with it.
    private mutating func opensArray(_ byte: UInt8) throws(JSONError) -> Bool {
        if !inString, byte == UInt8(ascii: "["), isNext(path.count - 1), !isFound {
            afterColon = false
            return true
        }
        guard rest.count < restLimit else {
            throw JSONError(.syntax, "more than \(restLimit) bytes stand around the array")
        }
        rest.append(byte)
        if inString {
            takeInString(byte)
            return false
        }
        switch byte {
        case UInt8(ascii: "\""):
            inString = true
            if !afterColon { token.removeAll(keepingCapacity: true) }
        case UInt8(ascii: ":"): afterColon = true
        case UInt8(ascii: ","): afterColon = false
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            if byte == UInt8(ascii: "{"), matched < path.count - 1, isNext(matched) { matched += 1 }
            depth += 1
            afterColon = false
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            depth -= 1
            guard depth >= 0 else { throw JSONError(.syntax, "a bracket closes what was never opened") }
            if matched > 0, depth == matched { matched -= 1 }
        default: break
        }
        return false
    }

    private mutating func takeInString(_ byte: UInt8) {
        if escaped {
            escaped = false
        } else if byte == UInt8(ascii: "\\") {
            escaped = true
        } else if byte == UInt8(ascii: "\"") {
            inString = false
            return
        }
        if !afterColon { token.append(byte) }
    }

    /// Whether the value that begins now is what step `step` of the path names.
    private func isNext(_ step: Int) -> Bool {
        guard afterColon, matched == step, depth == step + 1 else { return false }
        return path[step].withUTF8Buffer { $0.elementsEqual(token) }
    }
}
