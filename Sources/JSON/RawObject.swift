/// The members of one JSON object as they are written, found by brackets and quotes alone.
///
/// It is for copying parts of a text that a strict parser reads later; nothing is checked here. Of a text that is cut off
/// the members that are whole are found.
package struct RawObject {
    private let text: UnsafeRawBufferPointer
    /// Names without their quotes, as they are written.
    private var members: [(name: Range<Int>, value: Range<Int>)] = []

    /// The object that `text`, which has to outlive it, begins with; without members where it is none.
    package init(_ text: UnsafeRawBufferPointer) {
        self.text = text
        var index = skipSpace(0)
        guard index < text.count, text[index] == UInt8(ascii: "{") else { return }
        index = skipSpace(index + 1)
        while index < text.count, text[index] == UInt8(ascii: "\"") {
            let nameEnd = endOfString(index)
            let colon = skipSpace(nameEnd)
            guard colon < text.count, text[colon] == UInt8(ascii: ":") else { return }
            let start = skipSpace(colon + 1)
            guard let end = endOfValue(start) else { return }
            members.append((index + 1..<nameEnd - 1, start..<end))
            index = skipSpace(end)
            guard index < text.count, text[index] == UInt8(ascii: ",") else { return }
            index = skipSpace(index + 1)
        }
    }

    /// The value of the first member whose name is written `name`.
    package subscript(name: String) -> UnsafeRawBufferPointer? {
        let found = members.first { text[$0.name].elementsEqual(name.utf8) }
        return found.map { UnsafeRawBufferPointer(rebasing: text[$0.value]) }
    }

    private func skipSpace(_ start: Int) -> Int {
        var index = start
        while index < text.count, [0x20, 0x09, 0x0A, 0x0D].contains(text[index]) { index += 1 }
        return index
    }

    /// The position behind the closing quote of the string that begins at `start`; behind the text where there is none.
    private func endOfString(_ start: Int) -> Int {
        var index = start + 1
        while index < text.count, text[index] != UInt8(ascii: "\"") {
            index += text[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(index + 1, text.count + 1)
    }

    /// The position behind the value that begins at `start`; `nil` where the text ends before it does.
    private func endOfValue(_ start: Int) -> Int? {
        var index = start
        var depth = 0
        while index < text.count {
            switch text[index] {
            case UInt8(ascii: "\""):
                index = endOfString(index)
                guard index <= text.count else { return nil }
                if depth == 0 { return index }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return index }
                depth -= 1
                if depth == 0 { return index + 1 }
            case UInt8(ascii: ","), 0x20, 0x09, 0x0A, 0x0D:
                if depth == 0 { return index }
            default: break
            }
            index += 1
        }
        return nil
    }
}
