/// The spelling of JSON's scalars, as RFC 8785 fixes it.
package enum JSONText {
    private static let hexDigits: [UInt8] = Array("0123456789abcdef".utf8)

    /// Appends `text` as a quoted string, escaping only what must be escaped.
    package static func appendString(_ text: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        var start = 0
        for index in 0..<text.count {
            let byte = text[index]
            guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
            output.append(contentsOf: text[start..<index])
            start = index + 1
            appendEscape(byte, to: &output)
        }
        output.append(contentsOf: text[start...])
        output.append(UInt8(ascii: "\""))
    }

    /// Appends `text` as a quoted string.
    package static func appendString(_ text: String, to output: inout [UInt8]) {
        var text = text
        text.withUTF8 { appendString(UnsafeRawBufferPointer($0), to: &output) }
    }

    private static func appendEscape(_ byte: UInt8, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): output.append(byte)
        case 0x08: output.append(UInt8(ascii: "b"))
        case 0x09: output.append(UInt8(ascii: "t"))
        case 0x0A: output.append(UInt8(ascii: "n"))
        case 0x0C: output.append(UInt8(ascii: "f"))
        case 0x0D: output.append(UInt8(ascii: "r"))
        default:
            output.append(contentsOf: "u00".utf8)
            output.append(hexDigits[Int(byte >> 4)])
            output.append(hexDigits[Int(byte & 15)])
        }
    }

    /// Appends `value` in decimal.
    package static func appendInteger(_ value: Int64, to output: inout [UInt8]) {
        var magnitude = value.magnitude
        if value < 0 { output.append(UInt8(ascii: "-")) }
        let start = output.count
        repeat {
            output.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: magnitude % 10))
            magnitude /= 10
        } while magnitude > 0
        output[start...].reverse()
    }

    /// Appends `value`, which is finite, as ECMAScript's `Number::toString` does: the shortest digits that read back as
    /// the same binary64, an exponent only below 1e-6 and from 1e21 on, and no negative zero.
    package static func appendNumber(_ value: Double, to output: inout [UInt8]) {
        if value.magnitude < 1e15, value == value.rounded(.towardZero) {
            appendInteger(Int64(value), to: &output)
            return
        }
        if value < 0 { output.append(UInt8(ascii: "-")) }
        if appendFraction(value.magnitude, to: &output) { return }
        // Swift prints the shortest digits too; only their layout differs from ECMAScript's.
        let (digits, point) = shortestDigits(of: value.magnitude)
        let count = digits.count
        if count <= point, point <= 21 {
            output.append(contentsOf: digits)
            output.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: point - count))
        } else if 0 < point, point <= 21 {
            output.append(contentsOf: digits[..<point])
            output.append(UInt8(ascii: "."))
            output.append(contentsOf: digits[point...])
        } else if -6 < point, point <= 0 {
            output.append(contentsOf: "0.".utf8)
            output.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: -point))
            output.append(contentsOf: digits)
        } else {
            output.append(digits[0])
            if count > 1 {
                output.append(UInt8(ascii: "."))
                output.append(contentsOf: digits[1...])
            }
            output.append(contentsOf: point > 0 ? "e+".utf8 : "e-".utf8)
            appendInteger(Int64(abs(point - 1)), to: &output)
        }
    }

    /// Appends a positive number below a million that has at most six decimals, as most scores do; `false` for others.
    ///
    /// Such a number has no more than fifteen significant digits, of which no two spellings mean the same binary64: the
    /// fewest decimals that read back as the number are therefore the shortest digits there are.
    private static func appendFraction(_ value: Double, to output: inout [UInt8]) -> Bool {
        guard value < 1e6 else { return false }
        var scale = 1.0
        for decimals in 1...6 {
            scale *= 10
            let scaled = (value * scale).rounded()
            // Both are exact, so that the quotient is the binary64 nearest to the decimal number.
            guard scaled / scale == value, scaled > 0 else { continue }
            let (whole, fraction) = Int64(scaled).quotientAndRemainder(dividingBy: Int64(scale))
            appendInteger(whole, to: &output)
            output.append(UInt8(ascii: "."))
            let start = output.count
            var rest = fraction
            for _ in 0..<decimals {
                output.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
                rest /= 10
            }
            output[start...].reverse()
            return true
        }
        return false
    }

    /// The significant decimal digits of a positive number, and where the decimal point stands relative to the first.
    private static func shortestDigits(of value: Double) -> (digits: [UInt8], point: Int) {
        var digits: [UInt8] = []
        var point: Int?
        var exponent = 0
        var text = value.description
        text.withUTF8 { utf8 in
            for (index, byte) in utf8.enumerated() {
                switch byte {
                case UInt8(ascii: "."): point = digits.count
                case UInt8(ascii: "e"):
                    exponent = Int(String(decoding: utf8[(index + 1)...], as: UTF8.self)) ?? 0
                    return
                default: digits.append(byte)
                }
            }
        }
        var position = (point ?? digits.count) + exponent
        let leading = digits.prefix { $0 == UInt8(ascii: "0") }.count
        digits.removeFirst(leading)
        position -= leading
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        return (digits, position)
    }
}
