/// A point in time: microseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
package struct Timestamp: Sendable, Hashable, Comparable, CustomStringConvertible {
    package var microseconds: Int64

    package init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// The time that many seconds after the epoch, or `nil` outside the years 1 to 9999.
    package init?(seconds: Double) {
        guard seconds.isFinite, seconds >= -62_135_596_800, seconds < 253_402_300_800 else { return nil }
        microseconds = Int64((seconds * 1_000_000).rounded())
    }

    /// The time so many seconds later.
    package func adding(seconds: Int64) -> Timestamp {
        Timestamp(microseconds: microseconds + seconds * 1_000_000)
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.microseconds < right.microseconds
    }

    /// RFC 3339 in UTC with microseconds, such as `2026-11-21T08:30:00.000000Z`.
    package var description: String {
        var output: [UInt8] = []
        append(to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    /// Appends the text of ``description``.
    package func append(to output: inout [UInt8]) {
        let (days, time) = microseconds.floorDivided(by: 86_400_000_000)
        let (year, month, day) = CivilDate.from(days: days)
        let (seconds, fraction) = time.floorDivided(by: 1_000_000)
        if (0...9999).contains(year) {
            Timestamp.append(year, width: 4, before: "-", to: &output)
        } else {
            output.append(contentsOf: "\(year)-".utf8)
        }
        Timestamp.append(month, width: 2, before: "-", to: &output)
        Timestamp.append(day, width: 2, before: "T", to: &output)
        Timestamp.append(seconds / 3600, width: 2, before: ":", to: &output)
        Timestamp.append(seconds / 60 % 60, width: 2, before: ":", to: &output)
        Timestamp.append(seconds % 60, width: 2, before: ".", to: &output)
        Timestamp.append(fraction, width: 6, before: "Z", to: &output)
    }

    /// Appends the last `width` digits of `value`, which is not negative, and `separator`.
    private static func append(
        _ value: Int64,
        width: Int,
        before separator: Unicode.Scalar,
        to output: inout [UInt8]
    ) {
        withUnsafeTemporaryAllocation(byteCount: width + 1, alignment: 1) { digits in
            var rest = value
            for index in (0..<width).reversed() {
                digits[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            }
            digits[width] = UInt8(ascii: separator)
            output.append(contentsOf: digits)
        }
    }
}

extension Timestamp {
    /// The time that ISO 8601 text names: a date, or a date and a time with seconds and a fraction optional.
    ///
    /// Without a zone it is UTC. `nil` where the text names none.
    package init?(iso8601 text: UnsafeRawBufferPointer) {
        var reader = ISO8601Reader(text: text)
        guard let microseconds = reader.read() else { return nil }
        self.microseconds = microseconds
    }

    /// The time that ISO 8601 text names; see ``init(iso8601:)``.
    package init?(_ text: String) {
        var text = text
        guard let time = text.withUTF8({ Timestamp(iso8601: UnsafeRawBufferPointer($0)) }) else { return nil }
        self = time
    }
}

private struct ISO8601Reader {
    let text: UnsafeRawBufferPointer
    var index = 0

    init(text: UnsafeRawBufferPointer) {
        self.text = text
    }

    mutating func read() -> Int64? {
        guard let year = number(4), skip("-"), let month = number(2), skip("-"), let day = number(2),
            (1...12).contains(month), (1...CivilDate.length(of: month, in: year)).contains(day), year >= 1
        else { return nil }
        var microseconds = CivilDate.days(year: year, month: month, day: day) * 86_400_000_000
        if index == text.count { return microseconds }
        guard skip("T") || skip("t") || skip(" "), let hour = number(2), skip(":"), let minute = number(2),
            hour < 24, minute < 60
        else { return nil }
        microseconds += (hour * 60 + minute) * 60_000_000
        if skip(":") {
            guard let second = number(2), second <= 60 else { return nil }
            microseconds += min(second, 59) * 1_000_000
            if skip(".") || skip(",") {
                guard let fraction = fraction() else { return nil }
                microseconds += fraction
            }
        }
        guard let offset = zone(), index == text.count else { return nil }
        return microseconds - offset
    }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard index < text.count, text[index] == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func number(_ width: Int) -> Int64? {
        guard index + width <= text.count else { return nil }
        var value: Int64 = 0
        for byte in text[index..<index + width] {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            value = value * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        index += width
        return value
    }

    private mutating func fraction() -> Int64? {
        var value: Int64 = 0
        var digits = 0
        while let digit = number(1) {
            if digits < 6 { value = value * 10 + digit }
            digits += 1
        }
        guard digits > 0 else { return nil }
        for _ in min(digits, 6)..<6 { value *= 10 }
        return value
    }

    private mutating func zone() -> Int64? {
        if index == text.count || skip("Z") || skip("z") { return 0 }
        let sign: Int64 = skip("+") ? 1 : skip("-") ? -1 : 0
        guard sign != 0, let hour = number(2) else { return nil }
        _ = skip(":")
        let minute = number(2) ?? 0
        guard hour <= 18, minute < 60 else { return nil }
        return sign * (hour * 60 + minute) * 60_000_000
    }
}

/// The proleptic Gregorian calendar, counted in days since 1970-01-01 (H.
///
/// Hinnant, "chrono-Compatible Low-Level Date Algorithms").
private enum CivilDate {
    static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = shifted.floorDivided(by: 400)
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    static func from(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = (days + 719_468).floorDivided(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted + (shifted < 10 ? 3 : -9)
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }

    static func length(of month: Int64, in year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension Int64 {
    fileprivate func floorDivided(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let remainder = ((self % divisor) + divisor) % divisor
        return ((self - remainder) / divisor, remainder)
    }
}
