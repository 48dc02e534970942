/// Finds where values end in canonical text, without reading what they mean.
///
/// The text is what ``CanonicalJSON`` wrote, but it comes from a database: whatever it holds, nothing outside it is read.
/// Strings, which are most of a payload, are passed eight bytes at a time.
struct CanonicalScanner {
    /// Levels of nesting that are followed: one bit of ``UInt64`` each.
    private static let greatestDepth = 64
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highBits: UInt64 = 0x8080_8080_8080_8080
    private static let quotes = ones &* UInt64(UInt8(ascii: "\""))
    private static let backslashes = ones &* UInt64(UInt8(ascii: "\\"))

    private let text: UnsafeRawBufferPointer
    private let end: Int
    private(set) var index: Int

    /// A scanner of the `range` of `text`.
    init(_ text: UnsafeRawBufferPointer, _ range: Range<Int>) {
        self.text = text
        index = range.lowerBound
        end = range.upperBound
    }

    var isAtEnd: Bool { index == end }

    /// Moves past `byte` where it comes next.
    mutating func take(_ byte: UInt8) -> Bool {
        guard index < end, text[index] == byte else { return false }
        index += 1
        return true
    }

    /// Moves behind the closing quote of the string whose opening quote was just passed.
    mutating func skipString() -> Bool {
        while index + 8 <= end {
            let word = UInt64(littleEndian: text.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            // The lowest bit set is at the first byte sought; bits above it may be wrong.
            let found =
                CanonicalScanner.zeroBytes(word ^ CanonicalScanner.quotes)
                | CanonicalScanner.zeroBytes(word ^ CanonicalScanner.backslashes)
            guard found != 0 else {
                index += 8
                continue
            }
            index += found.trailingZeroBitCount >> 3
            guard text[index] == UInt8(ascii: "\\") else {
                index += 1
                return true
            }
            index += 2
        }
        while index < end {
            switch text[index] {
            case UInt8(ascii: "\\"): index += 2
            case UInt8(ascii: "\""):
                index += 1
                return true
            default: index += 1
            }
        }
        return false
    }

    private static func zeroBytes(_ word: UInt64) -> UInt64 {
        (word &- ones) & ~word & highBits
    }

    /// Moves behind the value that begins here; `false` where none does.
    mutating func skipValue() -> Bool {
        guard index < end else { return false }
        switch text[index] {
        case UInt8(ascii: "\""):
            index += 1
            return skipString()
        case UInt8(ascii: "{"), UInt8(ascii: "["): return skipContainer()
        case UInt8(ascii: "t"): return skip("true")
        case UInt8(ascii: "f"): return skip("false")
        case UInt8(ascii: "n"): return skip("null")
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            index += 1
            while index < end, CanonicalScanner.isOfNumber(text[index]) { index += 1 }
            return true
        default: return false
        }
    }

    private mutating func skip(_ literal: StaticString) -> Bool {
        let count = literal.utf8CodeUnitCount
        guard index + count <= end else { return false }
        for offset in 0..<count where text[index + offset] != literal.utf8Start[offset] { return false }
        index += count
        return true
    }

    private static func isOfNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+"),
            UInt8(ascii: "e"):
            true
        default: false
        }
    }

    /// Moves behind the bracket that closes the one here; what stands between is only held to match in its brackets.
    private mutating func skipContainer() -> Bool {
        var objects: UInt64 = 0
        var depth = 0
        while index < end {
            let byte = text[index]
            index += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard skipString() else { return false }
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                guard depth < CanonicalScanner.greatestDepth else { return false }
                objects = objects << 1 | (byte == UInt8(ascii: "{") ? 1 : 0)
                depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard objects & 1 == (byte == UInt8(ascii: "}") ? 1 : 0) else { return false }
                objects >>= 1
                depth -= 1
                if depth == 0 { return true }
            case 0...0x20: return false
            default: break
            }
        }
        return false
    }
}
