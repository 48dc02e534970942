import Testing
import TestSupport

/// What one rule is to find, and what only looks like it.
///
/// Secrets are not written down but made when they are needed: `{A36}` stands for 36 random letters and digits, and so on
/// as ``Samples`` says.
struct RuleCase: Sendable, CustomTestStringConvertible {
    var rule: String
    var positives: [String]
    var negatives: [String]

    init(_ rule: String, _ positives: [String], not negatives: [String]) {
        self.rule = rule
        self.positives = positives
        self.negatives = negatives
    }

    var testDescription: String { rule }

    static let all = keys + clouds + code + services + credentials + personal
}

/// Makes texts of templates, the same ones for the same seed.
struct Samples {
    private var generator: SplitMix64

    init(seed: UInt64) {
        generator = SplitMix64(seed: seed)
    }

    private static let alphabets: [Character: String] = [
        "A": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
        "U": "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
        "l": "abcdefghijklmnopqrstuvwxyz0123456789",
        "h": "0123456789abcdef",
        "b": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
        "u": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
        "d": "0123456789",
        "c": "qpzry9x8gf2tvdw0s3jn54khce6mua7l",
    ]

    /// `template` with `{A12}` replaced by random characters: A letters and digits, U capitals and digits, l small letters
    /// and digits, h hexadecimal digits, b Base64, u Base64 for addresses, d digits.
    mutating func make(_ template: String) -> String {
        var text = ""
        var rest = Substring(template)
        while let open = rest.firstIndex(of: "{") {
            text += rest[..<open]
            let body = rest[rest.index(after: open)...]
            guard let kind = body.first, let alphabet = Samples.alphabets[kind], let close = body.firstIndex(of: "}"),
                let count = Int(body[body.index(after: body.startIndex)..<close])
            else {
                text += "{"
                rest = body
                continue
            }
            text += random(alphabet, count)
            rest = body[body.index(after: close)...]
        }
        return text + rest
    }

    /// Random characters of which the first is a letter and the second a digit, as far as there are such: rules that ask for
    /// both must not depend on luck.
    private mutating func random(_ alphabet: String, _ count: Int) -> String {
        let characters = Array(alphabet)
        var text: [Character] = []
        for _ in 0..<count { text.append(characters[Int.random(in: 0..<characters.count, using: &generator)]) }
        if count > 8, let letter = characters.last(where: \.isLetter), let digit = characters.first(where: \.isNumber) {
            text[0] = letter
            text[1] = digit
        }
        return String(text)
    }
}
