/// A telephone number as E.164 writes it, with its country's code behind a plus.
struct TelephoneNumber: Recognizer {
    private static let longest = 15
    private static let shortest = 10
    private static let separators = ByteClass(" -./()")
    private static let inWords = ByteClass.word + ByteClass("+-=%/")
    private static let inSums = ByteClass.word + ByteClass("+*")
    /// Codes of one and two digits; all others that begin with these digits have three.
    private static let codes: Set<Int> = [
        1, 7, 20, 27, 30, 31, 32, 33, 34, 36, 39, 40, 41, 43, 44, 45, 46, 47, 48, 49, 51, 52, 53, 54, 55, 56, 57, 58,
        60,
        61, 62, 63, 64, 65, 66, 81, 82, 84, 86, 90, 91, 92, 93, 94, 95, 98,
    ]
    private static let longCodes: Set<Int> = [
        21, 22, 23, 24, 25, 26, 29, 35, 37, 38, 42, 50, 59, 67, 68, 69, 85, 88, 96, 97, 99,
    ]

    func secret(in text: GuardText, at anchor: Range<Int>) -> Range<Int>? {
        guard !TelephoneNumber.inWords.contains(text[anchor.lowerBound - 1]) else { return nil }
        var digits: [UInt8] = []
        var groups = [0]
        var index = anchor.lowerBound + 1
        var end = index
        while digits.count <= TelephoneNumber.longest {
            let byte = text[index]
            if ByteClass.digits.contains(byte) {
                digits.append(byte - UInt8(ascii: "0"))
                groups[groups.count - 1] += 1
                index += 1
                end = index
            } else if TelephoneNumber.separators.contains(byte) {
                let next = text.end(of: TelephoneNumber.separators, from: index, limit: 2)
                guard ByteClass.digits.contains(text[next]) else { break }
                groups.append(0)
                index = next
            } else {
                break
            }
        }
        guard (TelephoneNumber.shortest...TelephoneNumber.longest).contains(digits.count),
            !TelephoneNumber.inSums.contains(text[end]), groups.count <= 7,
            groups.dropFirst().allSatisfy({ $0 >= 2 || groups.count > 3 && $0 == 1 }),
            groups.filter({ $0 == 1 }).count <= 2,
            TelephoneNumber.hasCode(digits), !TelephoneNumber.isMadeUp(digits)
        else { return nil }
        return anchor.lowerBound..<end
    }

    private static func hasCode(_ digits: [UInt8]) -> Bool {
        codes.contains(Int(digits[0])) || codes.contains(Int(digits[0]) * 10 + Int(digits[1]))
            || longCodes.contains(Int(digits[0]) * 10 + Int(digits[1]))
    }

    /// Whether it is a sequence, or of the numbers that are kept for films and manuals.
    private static func isMadeUp(_ digits: [UInt8]) -> Bool {
        let text = String(decoding: digits.map { $0 + UInt8(ascii: "0") }, as: UTF8.self)
        let sequences = ["1234567", "7654321", "0000000", "1111111", "5555555", "9999999"]
        if sequences.contains(where: text.contains) || Set(digits).count <= 2 { return true }
        if digits[0] == 1, text.dropFirst(4).hasPrefix("555") { return true }
        let kept = ["447700900", "442079460", "441632960", "33199006", "4930230125"]
        return kept.contains { text.hasPrefix($0) }
    }
}

/// The number of a payment card: right for its brand in length and beginning, with its check digit.
struct PaymentCard: Recognizer {
    /// What a number of a card does not follow directly.
    static let inWords = ByteClass.word + ByteClass(".-+/#")
    private static let separators = ByteClass(" -")
    /// Words behind which a number without groups is no card's: one in forty numbers of sixteen digits passes for one.
    private static let namesOfNumbers = [
        "id", "time", "ts=", "ts:", "order", "seq", "serial", "offset", "number", "size",
    ]
    private static let reach = 12
    private static let letters = ByteClass("abcdefghijklmnopqrstuvwxyz") + capitals
    private static let capitals = ByteClass("ABCDEFGHIJKLMNOPQRSTUVWXYZ")

    func secret(in text: GuardText, at anchor: Range<Int>) -> Range<Int>? {
        let start = anchor.lowerBound
        var digits: [UInt8] = []
        var groups: [Int] = [0]
        var sign: UInt8?
        var index = start
        while digits.count < 20 {
            let byte = text[index]
            if ByteClass.digits.contains(byte) {
                digits.append(byte - UInt8(ascii: "0"))
                groups[groups.count - 1] += 1
            } else if PaymentCard.separators.contains(byte), sign == nil || sign == byte,
                ByteClass.digits.contains(text[index + 1])
            {
                // Cards are printed in groups of four; American Express and Diners Club in 4, 6 and the rest.
                guard groups.last == 4 || groups == [4, 6] else { return nil }
                sign = byte
                groups.append(0)
            } else {
                break
            }
            index += 1
        }
        guard !ByteClass.dashedWord.contains(text[index]),
            !(text[index] == UInt8(ascii: ".") && ByteClass.digits.contains(text[index + 1])),
            PaymentCard.isOfBrand(digits), TokenChecksum.passesLuhn(digits), Set(digits).count > 3,
            !PublishedExamples.contain(text.part(start..<index)), groups.count > 1 || !isNamed(text, start)
        else { return nil }
        return start..<index
    }

    private func isNamed(_ text: GuardText, _ start: Int) -> Bool {
        let before = (start - PaymentCard.reach)..<start
        return !text.holdsFolded("card", in: before)
            && PaymentCard.namesOfNumbers.contains { name in
                guard let found = text.firstFolded(name, in: before) else { return false }
                // "paid" names nothing; "userId" does.
                return !PaymentCard.letters.contains(text[found - 1]) || PaymentCard.capitals.contains(text[found])
            }
    }

    private static func isOfBrand(_ digits: [UInt8]) -> Bool {
        guard digits.count >= 14, digits.count <= 16 else { return false }
        let four = digits.prefix(4).reduce(0) { $0 * 10 + Int($1) }
        return switch (digits.count, four) {
        case (16, 4000...4999), (16, 5100...5599), (16, 2221...2720), (16, 6011), (16, 6440...6599), (16, 3528...3589):
            true
        case (15, 3400...3499), (15, 3700...3799): true
        case (14, 3600...3699), (14, 3800...3899), (14, 3000...3059): true
        default: false
        }
    }
}

/// An international bank account number: of its country's length, and right by its check digits.
struct BankAccount: Recognizer {
    private static let lengths: [String: Int] = [
        "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "BY": 28,
        "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18,
        "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22,
        "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20,
        "LU": 20, "LV": 21, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MR": 27, "MT": 31, "MU": 30, "NL": 18, "NO": 15,
        "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SC": 31, "SE": 24, "SI": 19,
        "SK": 24, "SM": 27, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
    ]

    func secret(in text: GuardText, at anchor: Range<Int>) -> Range<Int>? {
        let start = anchor.lowerBound - 1
        guard ByteClass.upperCase.contains(text[start]), !ByteClass.word.contains(text[start - 1]),
            ByteClass.digits.contains(text[start + 3]),
            let length = BankAccount.lengths[String(decoding: text.copy(start..<(start + 2)), as: UTF8.self)]
        else { return nil }
        var plain: [UInt8] = []
        var index = start
        while plain.count < length {
            let byte = text[index]
            if ByteClass.upperAlphanumeric.contains(byte) {
                plain.append(byte)
            } else if byte != UInt8(ascii: " ") || !plain.count.isMultiple(of: 4) {
                return nil
            }
            index += 1
        }
        guard !ByteClass.word.contains(text[index]), TokenChecksum.passesMod97(plain),
            !PublishedExamples.contain(text.part(start..<index))
        else { return nil }
        return start..<index
    }
}

/// The number of an AWS account in the name of a resource.
struct CloudAccount: Recognizer {
    private static let examples: Set<String> = [
        "123456789012", "111122223333", "444455556666", "777788889999", "012345678901", "999999999999",
    ]

    func secret(in text: GuardText, at anchor: Range<Int>) -> Range<Int>? {
        var index = anchor.upperBound
        for _ in 0..<3 {
            index = text.end(of: .alphanumeric + ByteClass("-"), from: index, limit: 40)
            guard text[index] == UInt8(ascii: ":") else { return nil }
            index += 1
        }
        let end = text.end(of: .digits, from: index, limit: 13)
        guard end - index == 12, text[end] == UInt8(ascii: ":"), !Placeholder.isRegular(text.part(index..<end)),
            !CloudAccount.examples.contains(text.folded(index..<end))
        else { return nil }
        return index..<end
    }
}
