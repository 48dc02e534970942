/// Cuts one JSON array into its elements, so that an array of any length can be read element by element.
///
/// Only brackets, strings and commas are understood here; each element is parsed, strictly, by whoever receives it.
package struct ArraySplitter: RecordSplitter {
    private enum State {
        case beforeArray, beforeFirst, beforeElement, inElement, afterElement, afterArray
    }

    private var partial: PartialRecord
    private var state = State.beforeArray
    private var depth = 0
    private var inString = false
    private var escaped = false
    private var consumed = 0

    /// A splitter that keeps at most `limit` bytes of one element.
    package init(limit: Int) {
        partial = PartialRecord(limit: limit)
    }

    package mutating func split(_ chunk: UnsafeRawBufferPointer, _ record: (RecordSlice) throws -> Void) throws {
        let used = try splitThroughEnd(chunk, record)
        for index in used..<chunk.count where !ArraySplitter.isSpace(chunk[index]) { throw unexpected(index - used) }
        consumed += chunk.count - used
    }

    /// Whether the closing bracket was seen.
    var isComplete: Bool { state == .afterArray }

    /// Like ``split(_:_:)``, but stops behind the closing bracket; returns how many bytes it took.
    mutating func splitThroughEnd(
        _ chunk: UnsafeRawBufferPointer,
        _ record: (RecordSlice) throws -> Void
    ) throws -> Int {
        var start = 0
        var index = 0
        while index < chunk.count, state != .afterArray {
            let byte = chunk[index]
            if state == .inElement {
                if try endsElement(byte, at: index) {
                    // A closing bracket or quote belongs to the element; a comma or bracket after a bare scalar does not.
                    let closes = depth == 0 && (inString == false) && isCloser(byte)
                    let end = closes ? index + 1 : index
                    try partial.complete(with: UnsafeRawBufferPointer(rebasing: chunk[start..<end]), record)
                    state = .afterElement
                    if !closes { continue }
                }
            } else if try begins(byte, at: index) {
                start = index
                state = .inElement
                continue
            }
            index += 1
        }
        if state == .inElement { partial.append(UnsafeRawBufferPointer(rebasing: chunk[start...])) }
        consumed += index
        return index
    }

    package mutating func finish(_ record: (RecordSlice) throws -> Void) throws {
        guard state == .afterArray else {
            throw JSONError(.syntax, "the array ends too early", offset: consumed)
        }
    }

    private var scalar = false

    private func isCloser(_ byte: UInt8) -> Bool {
        !scalar && (byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") || byte == UInt8(ascii: "\""))
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    /// Between elements: whether `byte` begins one.
    private mutating func begins(_ byte: UInt8, at index: Int) throws(JSONError) -> Bool {
        if ArraySplitter.isSpace(byte) { return false }
        switch (state, byte) {
        case (.beforeArray, UInt8(ascii: "[")): state = .beforeFirst
        case (.beforeFirst, UInt8(ascii: "]")), (.afterElement, UInt8(ascii: "]")): state = .afterArray
        case (.afterElement, UInt8(ascii: ",")): state = .beforeElement
        case (.beforeFirst, _), (.beforeElement, _):
            guard byte != UInt8(ascii: ","), byte != UInt8(ascii: "]") else { throw unexpected(index) }
            (depth, inString, escaped) = (0, false, false)
            scalar = byte != UInt8(ascii: "{") && byte != UInt8(ascii: "[") && byte != UInt8(ascii: "\"")
            return true
        default: throw unexpected(index)
        }
        return false
    }

    /// Inside an element: whether it ends at `byte`.
    private mutating func endsElement(_ byte: UInt8, at index: Int) throws(JSONError) -> Bool {
        if inString {
            if escaped {
                escaped = false
            } else if byte == UInt8(ascii: "\\") {
                escaped = true
            } else if byte == UInt8(ascii: "\"") {
                inString = false
                return depth == 0
            }
            return false
        }
        switch byte {
        case UInt8(ascii: "\""): inString = true
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            if depth == 0 { return true }
            depth -= 1
            return depth == 0
        case UInt8(ascii: ","): return depth == 0
        default: break
        }
        return false
    }

    private func unexpected(_ index: Int) -> JSONError {
        JSONError(.syntax, "a JSON array of items is expected here", offset: consumed + index)
    }
}
