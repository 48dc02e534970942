/// A token that nothing tells but the name before it: `FASTLY_API_TOKEN=...`.
struct NamedToken: Recognizer {
    let readsNames = true
    /// How far behind the name the token may begin.
    private static let reach = 40
    /// How many blanks may stand beside a sign of assignment: settings are aligned, and blocks indented.
    private static let greatestGap = 128
    private static let closing = ByteClass.quotes + ByteClass("])\\")
    private static let opening = ByteClass.quotes + ByteClass("\\")
    private static let signs = ByteClass("=:>")
    /// Begin a text of several lines in YAML, as `>-` and `|2`.
    private static let blockSigns = ByteClass("|>+-") + .digits

    var members: ByteClass
    var count: ClosedRange<Int>
    var entropy: Double
    /// What the value looks like beyond its characters.
    var form = Form.any
    /// Whether the name must end with the anchor, and the value be given to it by a sign or as an option's, with nothing
    /// else between: for names that are also written beside values which are none of theirs.
    var needsSign = false

    /// Forms that tell a token from another value of the same length.
    enum Form: Sendable {
        case any
        /// Five groups of hexadecimal digits.
        case uuid
        /// Base64 that ends in just so many signs of equality, as keys of a certain length do.
        case padded(Int)
    }

    func secret(in text: GuardText, at anchor: Range<Int>) -> Range<Int>? {
        var nameEnd = anchor.upperBound
        // What is left of the name itself is no token.
        if ByteClass.word.contains(text[nameEnd - 1]) {
            nameEnd = text.end(of: .word, from: nameEnd, limit: NamedToken.reach)
        }
        if needsSign, nameEnd > anchor.upperBound { return nil }
        if let start = startOfValue(in: text, from: nameEnd, anchor),
            let found = judge(text, run(of: text, from: start))
        {
            return found
        }
        return needsSign ? nil : first(in: text, nameEnd..<(anchor.upperBound + NamedToken.reach))
    }

    func secret(inValue value: GuardText, of name: GuardText, at anchor: Range<Int>) -> Range<Int>? {
        let isWholeName = name.count == anchor.upperBound
        guard isWholeName || !needsSign else { return nil }
        if let whole = judge(value, 0..<value.count) { return whole }
        return isWholeName ? first(in: value, 0..<NamedToken.reach) : nil
    }

    /// The first token that begins within `range`, on its first line.
    private func first(in text: GuardText, _ range: Range<Int>) -> Range<Int>? {
        let last = min(text.count, range.upperBound)
        var index = range.lowerBound
        while index < last, text[index] != 0x0A {
            guard members.contains(text[index]) else {
                index += 1
                continue
            }
            let run = run(of: text, from: index)
            if let found = judge(text, run) { return found }
            index = run.upperBound
        }
        return nil
    }

    /// As many of the token's bytes as there are, and no more than are needed to see that they are too many.
    private func run(of text: GuardText, from start: Int) -> Range<Int> {
        start..<text.end(of: members, from: start, limit: count.upperBound + 2 * NamedToken.greatestBorder + 1)
    }

    /// Markdown sets off with so many signs at most.
    private static let greatestBorder = 3

    /// Where the value begins that is given to the name which ends at `nameEnd`.
    ///
    /// It stands on the same line, however far off, or indented on the next that is not empty. An option needs no sign.
    private func startOfValue(in text: GuardText, from nameEnd: Int, _ anchor: Range<Int>) -> Int? {
        let closed = text.end(of: NamedToken.closing, from: nameEnd, limit: 3)
        let sign = text.end(of: .blanks, from: closed, limit: NamedToken.greatestGap)
        let signEnd = text.end(of: NamedToken.signs, from: sign, limit: 3)
        guard signEnd > sign || sign > nameEnd && closed == nameEnd && isFlag(text, anchor) else { return nil }
        var index = text.end(of: .blanks, from: signEnd, limit: NamedToken.greatestGap)
        let blockEnd = text.end(of: NamedToken.blockSigns, from: index, limit: 3)
        var lineEnd = text.end(of: .blanks, from: blockEnd, limit: NamedToken.greatestGap)
        if text[lineEnd] == UInt8(ascii: "\r") { lineEnd += 1 }
        if text[lineEnd] == UInt8(ascii: "\n") {
            index = text.end(of: .whiteSpace, from: lineEnd, limit: NamedToken.greatestGap)
            guard ByteClass.blanks.contains(text[index - 1]) else { return nil }
        }
        return text.end(of: NamedToken.opening, from: index, limit: 3)
    }

    /// Whether the name is that of an option: `--account-key`.
    private func isFlag(_ text: GuardText, _ anchor: Range<Int>) -> Bool {
        let start = text.start(of: .dashedWord, before: anchor.lowerBound, limit: NamedToken.reach)
        return text.has(Array("--".utf8), at: start)
    }

    /// The token that is `range`, or all of it but what sets it off.
    private func judge(_ text: GuardText, _ range: Range<Int>) -> Range<Int>? {
        if isToken(text.part(range)) { return range }
        let trimmed = TokenBorder.trimmed(range, in: text)
        return trimmed != range && isToken(text.part(trimmed)) ? trimmed : nil
    }

    private func isToken(_ value: GuardText) -> Bool {
        count.contains(value.count) && value.bytes.allSatisfy(members.contains) && hasForm(value)
            && Entropy.bitsPerByte(value) >= entropy && !Placeholder.isForToken(value)
            && !PublishedExamples.contain(value)
    }

    private func hasForm(_ value: GuardText) -> Bool {
        switch form {
        case .any: true
        case .uuid: NamedToken.isUUID(value)
        case .padded(let padding):
            value.start(of: ByteClass("="), before: value.count, limit: value.count) == value.count - padding
                && value.end(of: .base64, from: 0, limit: value.count) == value.count - padding
        }
    }

    private static func isUUID(_ text: GuardText) -> Bool {
        guard text.count == 36 else { return false }
        for (index, byte) in text.bytes.enumerated() {
            let isDash = index == 8 || index == 13 || index == 18 || index == 23
            guard isDash ? byte == UInt8(ascii: "-") : ByteClass.hex.contains(byte) else { return false }
        }
        return true
    }
}

extension Detector {
    /// A token of `members` behind each of `names`, which are in lower case.
    static func named(
        _ names: [String],
        _ members: ByteClass,
        _ count: ClosedRange<Int>,
        entropy: Double = 3
    ) -> [Detector] {
        names.map { Detector(.folded($0), NamedToken(members: members, count: count, entropy: entropy)) }
    }

    /// A key of so many characters of Base64, the last of them its `padding`, that a sign gives to one of `names`, which
    /// are in lower case.
    static func assigned(_ names: [String], base64 count: Int, padding: Int) -> [Detector] {
        names.map {
            Detector(
                .folded($0),
                NamedToken(
                    members: .paddedBase64,
                    count: count...count,
                    entropy: 4,
                    form: .padded(padding),
                    needsSign: true
                )
            )
        }
    }

    /// A UUID behind each of `names`, which are in lower case.
    static func namedUUID(_ names: [String]) -> [Detector] {
        let members = ByteClass.hex + ByteClass("-")
        return names.map {
            Detector(.folded($0), NamedToken(members: members, count: 36...36, entropy: 2.5, form: .uuid))
        }
    }
}
