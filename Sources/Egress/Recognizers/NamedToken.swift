/// A token that nothing tells but the name before it: `FASTLY_API_TOKEN=...`.
struct NamedToken: Recognizer {
    let readsNames = true
    /// How far behind the name the token may begin.
    private static let reach = 40

    var members: ByteClass
    var count: ClosedRange<Int>
    var entropy: Double
    /// What the value looks like beyond its characters.
    var form = Form.any

    /// Forms that tell a token from another value of the same length.
    enum Form: Sendable {
        case any
        /// Five groups of hexadecimal digits.
        case uuid
    }

    func secret(in text: GuardText, at anchor: Range<Int>) -> Range<Int>? {
        let last = min(text.count, anchor.upperBound + NamedToken.reach)
        var index = anchor.upperBound
        // What is left of the name itself is no token.
        if ByteClass.word.contains(text[index - 1]) {
            index = text.end(of: .word, from: index, limit: NamedToken.reach)
        }
        while index < last, text[index] != 0x0A {
            guard members.contains(text[index]) else {
                index += 1
                continue
            }
            let end = text.end(of: members, from: index, limit: count.upperBound + 1)
            if let found = judge(text, index..<end) { return found }
            index = end
        }
        return nil
    }

    func secret(inValue value: GuardText, of name: GuardText, at anchor: Range<Int>) -> Range<Int>? {
        judge(value, 0..<value.count)
    }

    private func judge(_ text: GuardText, _ range: Range<Int>) -> Range<Int>? {
        let value = text.part(range)
        guard count.contains(value.count), value.bytes.allSatisfy(members.contains),
            form == .any || NamedToken.isUUID(value), Entropy.bitsPerByte(value) >= entropy,
            !Placeholder.isForToken(value), !PublishedExamples.contain(value)
        else { return nil }
        return range
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

    /// A UUID behind each of `names`, which are in lower case.
    static func namedUUID(_ names: [String]) -> [Detector] {
        let members = ByteClass.hex + ByteClass("-")
        return names.map {
            Detector(.folded($0), NamedToken(members: members, count: 36...36, entropy: 2.5, form: .uuid))
        }
    }
}
