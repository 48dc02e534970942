/// The 32 bytes of a SHA-256 digest, ordered as bytes.
package struct SHA256Digest: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The bytes as four big-endian words, the first first.
    package var words: (UInt64, UInt64, UInt64, UInt64)

    /// A digest from its four big-endian words.
    package init(words: (UInt64, UInt64, UInt64, UInt64)) {
        self.words = words
    }

    /// A digest from its 32 bytes; `nil` for any other number of them.
    package init?(bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 32 else { return nil }
        func word(_ index: Int) -> UInt64 {
            UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
        }
        words = (word(0), word(1), word(2), word(3))
    }

    /// A digest from 64 hexadecimal digits; `nil` for anything else.
    package init?(hex: String) {
        var hex = hex
        guard let digest = hex.withUTF8({ SHA256Digest(hex: UnsafeRawBufferPointer($0)) }) else { return nil }
        self = digest
    }

    /// A digest from 64 hexadecimal digits; `nil` for anything else.
    package init?(hex digits: UnsafeRawBufferPointer) {
        guard digits.count == 64 else { return nil }
        func word(_ index: Int) -> UInt64? {
            var word: UInt64 = 0
            for digit in digits[(index * 16)..<(index * 16 + 16)] {
                guard let nibble = Hex.nibble(digit) else { return nil }
                word = word << 4 | UInt64(nibble)
            }
            return word
        }
        guard let first = word(0), let second = word(1), let third = word(2), let fourth = word(3) else { return nil }
        words = (first, second, third, fourth)
    }

    package var bytes: [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(32)
        append(to: &output)
        return output
    }

    /// Appends the 32 bytes.
    package func append(to output: inout [UInt8]) {
        withBytes { output.append(contentsOf: $0) }
    }

    /// Calls `body` with the 32 bytes.
    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        let ordered = (words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian)
        return try withUnsafeBytes(of: ordered) { try body($0) }
    }

    /// Appends 64 lower-case hexadecimal digits.
    package func appendHex(to output: inout [UInt8]) {
        // One append instead of 64: digests are in every line of a feed.
        withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { digits in
            withBytes { bytes in
                for (index, byte) in bytes.enumerated() {
                    digits[2 * index] = Hex.digit(byte >> 4)
                    digits[2 * index + 1] = Hex.digit(byte & 15)
                }
            }
            output.append(contentsOf: digits)
        }
    }

    /// 64 lower-case hexadecimal digits.
    package var hex: String {
        var output: [UInt8] = []
        output.reserveCapacity(64)
        appendHex(to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    package var description: String { hex }

    package static func == (left: SHA256Digest, right: SHA256Digest) -> Bool {
        left.words == right.words
    }

    package static func < (left: SHA256Digest, right: SHA256Digest) -> Bool {
        left.words < right.words
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
    }
}

/// Hexadecimal text.
package enum Hex {
    /// The digit of a value below 16.
    static func digit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
    }

    /// Lower-case hexadecimal digits of `bytes`.
    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: bytes.flatMap { [digit($0 >> 4), digit($0 & 15)] }, as: UTF8.self)
    }

    /// The bytes that `text` spells in hexadecimal of either case; `nil` where it does not.
    package static func decode(_ text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = nibble(digits[index]), let low = nibble(digits[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    /// The value of a digit of either case; `nil` where it is none.
    fileprivate static func nibble(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
