internal import Federation

/// Finds the id in a line that is JSON by its syntax but was refused as a whole, such as for a number too large.
///
/// The pattern is then neither offered nor taken back. It is not asked about lines with broken syntax: two lines run
/// together would name only the first.
enum RefusedLineID {
    /// The id that the outermost object's first member `id` spells; `nil` where it is none, or written with escapes.
    static func find(in line: UnsafeRawBufferPointer) -> PatternID? {
        var depth = 0
        var index = 0
        while index < line.count {
            switch line[index] {
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: "\""):
                let text = string(in: line, from: index + 1)
                index = text.upperBound
                guard depth == 1, line[text].elementsEqual("id".utf8), let colon = skipSpace(line, index + 1),
                    line[colon] == UInt8(ascii: ":"), let value = skipSpace(line, colon + 1)
                else { break }
                return id(in: line, from: value)
            default: break
            }
            index += 1
        }
        return nil
    }

    private static func id(in line: UnsafeRawBufferPointer, from start: Int) -> PatternID? {
        var range = start..<start
        if line[start] == UInt8(ascii: "\"") {
            range = string(in: line, from: start + 1)
            guard !line[range].contains(UInt8(ascii: "\\")) else { return nil }
        } else {
            let digits = line[start...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            range = digits.startIndex..<digits.endIndex
        }
        return try? PatternID(UnsafeRawBufferPointer(rebasing: line[range]))
    }

    /// The range between the quotes of the string whose first byte is at `start`.
    private static func string(in line: UnsafeRawBufferPointer, from start: Int) -> Range<Int> {
        var end = start
        while end < line.count, line[end] != UInt8(ascii: "\"") { end += line[end] == UInt8(ascii: "\\") ? 2 : 1 }
        return start..<max(start, min(end, line.count))
    }

    private static func skipSpace(_ line: UnsafeRawBufferPointer, _ start: Int) -> Int? {
        var index = start
        while index < line.count, [0x20, 0x09, 0x0D].contains(line[index]) { index += 1 }
        return index < line.count ? index : nil
    }
}
