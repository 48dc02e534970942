/// A value that is given to a name which says that it is secret: `DB_PASSWORD=...`, `"apiKey": "..."`, `--token ...`.
struct AssignedSecret: Recognizer {
    let readsNames = true
    private static let greatestSuffix = 24
    private static let greatestValue = 4_096
    /// Last parts of names whose value says where a secret is, or how long it lives, and is none itself.
    private static let harmlessEnds: Set<String> = [
        "id", "ids", "name", "names", "file", "path", "dir", "url", "uri", "type", "count", "length", "len", "size",
        "limit", "limits", "field", "label", "env", "var", "arn", "ref", "policy", "hint", "expires", "expiry", "ttl",
        "version", "prefix", "suffix", "hash", "sha256", "digest", "fingerprint", "age", "at", "usage", "budget",
        "endpoint", "format", "regex", "pattern", "input", "form", "reset", "required", "store", "manager", "provider",
        "command", "cmd", "source", "location", "scope", "scopes", "algorithm", "class", "kind", "status",
    ]

    private static let joints = ByteClass("_-")
    private static let closing = ByteClass.quotes + ByteClass("])\\")
    private static let tagMembers = ByteClass.dashedWord + ByteClass(":")
    /// Signs that give a value to a name, or compare with one; longer ones first.
    private static let operators = ["===", "!==", "==", "!=", ":=", "=>", "?=", "+=", "=", ":"].map { Array($0.utf8) }

    /// Whether people choose such values themselves, so that they are shorter and more regular.
    var isPassword: Bool

    func secret(in text: GuardText, at anchor: Range<Int>) -> Range<Int>? {
        guard let nameEnd = endOfName(in: text, anchor), let start = startOfValue(in: text, from: nameEnd, anchor)
        else { return nil }
        let range = AssignedSecret.value(in: text, from: start)
        let isQuoted = ByteClass.quotes.contains(text[start - 1])
        guard judge(text, range, isQuoted: isQuoted) else { return nil }
        return isQuoted ? range.lowerBound..<AssignedSecret.endOfQuoted(text, range) : range
    }

    func secret(inValue value: GuardText, of name: GuardText, at anchor: Range<Int>) -> Range<Int>? {
        let end = endOfName(in: name, anchor)
        // Several passwords are a list of them.
        let isPlural = isPassword && name.count == anchor.upperBound + 1 && name[anchor.upperBound] == UInt8(ascii: "s")
        guard end == name.count || isPlural else { return nil }
        // Whether it is one shows its first word; what follows is part of it.
        let word = value.end(of: ByteClass.whiteSpace.inverted, from: 0, limit: AssignedSecret.greatestValue)
        return judge(value, 0..<word, isQuoted: true) ? 0..<value.count : nil
    }

    /// Where the name that the anchor is part of ends; `nil` where it means something else.
    private func endOfName(in text: GuardText, _ anchor: Range<Int>) -> Int? {
        let end = text.end(of: .dashedWord, from: anchor.upperBound, limit: AssignedSecret.greatestSuffix)
        guard end > anchor.upperBound else { return end }
        // "tokenizer" and "secretary" are other words; "token_1", "tokenValue" and "SECRET_KEY_BASE" are not.
        let first = text[anchor.upperBound]
        let isLower = ByteClass.lowerCase.contains(text[anchor.upperBound - 1])
        let isCamel = isLower && ByteClass.upperCase.contains(first)
        guard isCamel || AssignedSecret.joints.contains(first) || ByteClass.digits.contains(first) else { return nil }
        return AssignedSecret.harmlessEnds.contains(AssignedSecret.lastPart(of: text, anchor.upperBound..<end))
            ? nil : end
    }

    /// The last word of a name in lower case: behind the last dash or underscore, or from the last capital on.
    private static func lastPart(of text: GuardText, _ suffix: Range<Int>) -> String {
        var start = suffix.upperBound
        while start > suffix.lowerBound, !joints.contains(text[start - 1]) {
            start -= 1
            if ByteClass.upperCase.contains(text[start]), ByteClass.lowerCase.contains(text[start + 1]) { break }
        }
        return text.folded(start..<suffix.upperBound)
    }

    private func startOfValue(in text: GuardText, from nameEnd: Int, _ anchor: Range<Int>) -> Int? {
        let closing = text.end(of: AssignedSecret.closing, from: nameEnd, limit: 3)
        var index = text.end(of: .blanks, from: closing, limit: 8)
        if let sign = AssignedSecret.operators.first(where: { text.has($0, at: index) }) {
            index += sign.count
        } else if isFlag(text, anchor), index > nameEnd, closing == nameEnd {
            return text.end(of: .quotes, from: index, limit: 1)
        } else if text[nameEnd] == UInt8(ascii: ">"), isTag(text, anchor) {
            return nameEnd + 1
        } else {
            return nil
        }
        // A path as in "token::list" is no assignment.
        guard text[index] != UInt8(ascii: ":") else { return nil }
        index = text.end(of: .blanks, from: index, limit: 8)
        if ByteClass("bfruBFRU").contains(text[index]), ByteClass("\"'").contains(text[index + 1]) { index += 1 }
        index = text.end(of: ByteClass("\\"), from: index, limit: 2)
        return text.end(of: .quotes, from: index, limit: 3)
    }

    private func isFlag(_ text: GuardText, _ anchor: Range<Int>) -> Bool {
        let start = text.start(of: .dashedWord, before: anchor.lowerBound, limit: 24)
        return text[start] == UInt8(ascii: "-") && text[start + 1] == UInt8(ascii: "-")
    }

    private func isTag(_ text: GuardText, _ anchor: Range<Int>) -> Bool {
        let start = text.start(of: AssignedSecret.tagMembers, before: anchor.lowerBound, limit: 24)
        return text[start - 1] == UInt8(ascii: "<")
    }

    private static func value(in text: GuardText, from start: Int) -> Range<Int> {
        let quote = text[start - 1]
        guard ByteClass.quotes.contains(quote) else {
            return start..<text.end(of: ByteClass.valueEnds.inverted, from: start, limit: greatestValue)
        }
        let ends = ByteClass.whiteSpace + ByteClass(where: { $0 == quote || $0 == UInt8(ascii: "\\") })
        return start..<text.end(of: ends.inverted, from: start, limit: greatestValue)
    }

    /// Where what is quoted ends: at the quote that closes it on the same line, or else where its first word does.
    private static func endOfQuoted(_ text: GuardText, _ range: Range<Int>) -> Int {
        let quote = text[range.lowerBound - 1]
        var index = range.upperBound
        let last = min(text.count, range.upperBound + greatestValue)
        while index < last, text[index] != UInt8(ascii: "\n") {
            if text[index] == quote, text[index - 1] != UInt8(ascii: "\\") { return index }
            index += 1
        }
        return range.upperBound
    }

    private func judge(_ text: GuardText, _ range: Range<Int>, isQuoted: Bool) -> Bool {
        let value = text.part(range)
        // The cheap questions first: texts are full of names with nothing behind them.
        guard value.count >= 8, value.count < AssignedSecret.greatestValue,
            value.bytes.contains(where: ByteClass.digits.contains)
        else { return false }
        let kinds = AssignedSecret.kinds(of: value)
        let entropy = Entropy.bitsPerByte(value)
        let isRandom = entropy >= 3.5 && kinds.hasLetters
        guard isRandom || isPassword && kinds.count >= 3 && entropy >= 2.75, !AssignedSecret.isPlace(value),
            isQuoted || !AssignedSecret.isCode(value, next: text[range.upperBound])
        else { return false }
        return !Placeholder.isForPassword(value)
    }

    /// How many kinds of characters there are: small letters, capitals, digits, others; and whether there are letters.
    private static func kinds(of value: GuardText) -> (count: Int, hasLetters: Bool) {
        let classes = [ByteClass.lowerCase, .upperCase, .digits, ByteClass.alphanumeric.inverted]
        let present = classes.map { value.bytes.contains(where: $0.contains) }
        return (present.count { $0 }, present[0] || present[1])
    }

    /// Whether an unquoted value is a name, a call or an element of a program, not a text.
    private static func isCode(_ value: GuardText, next: UInt8) -> Bool {
        if next == UInt8(ascii: "(") || next == UInt8(ascii: "[") || next == UInt8(ascii: "{") { return true }
        guard value.bytes.contains(UInt8(ascii: ".")) else { return false }
        // "os.environ2.x": names joined by dots. A token of three long random parts has other lengths.
        return value.bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { part in
            guard let first = part.first, part.count <= 20 else { return false }
            return !ByteClass.digits.contains(first) && part.allSatisfy(ByteClass.word.contains)
        }
    }

    /// Whether a value is an address, a path or a date.
    private static func isPlace(_ value: GuardText) -> Bool {
        if value.holdsFolded("://", in: 0..<value.count) || value.holdsFolded(":\\", in: 0..<4) { return true }
        if value[0] == UInt8(ascii: "/") || value.has(Array("./".utf8), at: 0) || value.has(Array("~/".utf8), at: 0)
            || value.has(Array("../".utf8), at: 0) || value[0] == UInt8(ascii: "@")
        {
            return true
        }
        let isYear = value.end(of: .digits, from: 0, limit: 4) == 4 && value[4] == UInt8(ascii: "-")
        return isYear && value.end(of: .digits, from: 5, limit: 2) == 7 && value[7] == UInt8(ascii: "-")
    }
}
