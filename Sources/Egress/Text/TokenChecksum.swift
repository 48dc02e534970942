/// Checks that some formats of tokens and numbers carry within themselves.
enum TokenChecksum {
    private static let base62 = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
    private static let checkDigits = 6

    /// Whether the last six digits of `text` are the CRC-32 of what stands before them, in base 62, as GitHub and npm
    /// make their tokens.
    static func endsWithCRC32(_ text: GuardText) -> Bool {
        guard text.count > checkDigits else { return false }
        var rest = crc32(text.part(0..<(text.count - checkDigits)))
        for offset in 1...checkDigits {
            guard text[text.count - offset] == base62[Int(rest % 62)] else { return false }
            rest /= 62
        }
        return rest == 0
    }

    /// CRC-32 as zlib and Ethernet have it.
    static func crc32(_ text: GuardText) -> UInt32 {
        var remainder: UInt32 = .max
        for byte in text.bytes {
            remainder ^= UInt32(byte)
            for _ in 0..<8 { remainder = remainder >> 1 ^ (remainder & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
        return ~remainder
    }

    /// Whether `digits`, as numbers below 10, pass Luhn's check.
    static func passesLuhn(_ digits: [UInt8]) -> Bool {
        var sum = 0
        for (position, digit) in digits.reversed().enumerated() {
            let doubled = Int(digit) << (position & 1)
            sum += doubled > 9 ? doubled - 9 : doubled
        }
        return sum.isMultiple(of: 10)
    }

    /// Whether `text`, upper-case letters and digits, is 1 modulo 97 as ISO 13616 has it.
    static func passesMod97(_ text: [UInt8]) -> Bool {
        var remainder = 0
        for byte in text.dropFirst(4) + text.prefix(4) {
            if ByteClass.digits.contains(byte) {
                remainder = (remainder * 10 + Int(byte - UInt8(ascii: "0"))) % 97
            } else {
                remainder = (remainder * 100 + Int(byte - UInt8(ascii: "A")) + 10) % 97
            }
        }
        return remainder == 1
    }
}
