/// A token of a fixed form: an unmistakable beginning and a run of random characters.
struct TokenPattern: Recognizer {
    /// A part of a token, in the order in which they stand.
    enum Part: Sendable {
        case literal(String)
        case oneOf([String])
        /// As many of the bytes as there are, which must be so many.
        case run(ByteClass, ClosedRange<Int>)
    }

    /// What must stand before the anchor, as part of the token.
    var lead: (members: ByteClass, count: ClosedRange<Int>)?
    var parts: [Part]
    /// What must not stand directly before the token.
    var before = ByteClass.alphanumeric
    /// What must not stand directly behind it, nor what its last run consists of, but for what sets it off.
    var after = ByteClass.word
    /// In bits per byte, over everything but the anchor.
    var entropy = 2.8
    /// Whether a right CRC-32 at its end proves a token; a wrong one does not acquit it.
    var hasCRC32 = false

    func secret(in text: GuardText, at anchor: Range<Int>) -> Range<Int>? {
        var start = anchor.lowerBound
        if let lead {
            start = text.start(of: lead.members, before: anchor.lowerBound, limit: lead.count.upperBound)
            guard lead.count.contains(anchor.lowerBound - start),
                !lead.members.contains(text[start - 1])
                    || TokenBorder.isBefore(start, in: text, own: lead.members)
            else { return nil }
        }
        guard !before.contains(text[start - 1]) else { return nil }
        var end = anchor.upperBound
        for (position, part) in parts.enumerated() {
            guard let next = TokenPattern.pass(part, in: text, from: end, isLast: position == parts.count - 1) else {
                return nil
            }
            end = next
        }
        guard isEnd(end, of: text) else { return nil }
        let random = lead == nil ? text.part(anchor.upperBound..<end) : text.part(start..<end)
        if hasCRC32, TokenChecksum.endsWithCRC32(random) { return start..<end }
        guard Entropy.bitsPerByte(random) >= entropy, !Placeholder.isForToken(random),
            !PublishedExamples.contain(text.part(start..<end))
        else { return nil }
        return start..<end
    }

    /// Whether nothing goes on with the token at `index`, behind its last part.
    private func isEnd(_ index: Int, of text: GuardText) -> Bool {
        var own = after
        if case .run(let members, _) = parts.last { own = own + members }
        return !own.contains(text[index]) || TokenBorder.isBehind(index, in: text, own: own)
    }

    private static func pass(_ part: Part, in text: GuardText, from start: Int, isLast: Bool) -> Int? {
        switch part {
        case .literal(let literal):
            return text.has(Array(literal.utf8), at: start) ? start + literal.utf8.count : nil
        case .oneOf(let literals):
            let found = literals.first { text.has(Array($0.utf8), at: start) }
            return found.map { start + $0.utf8.count }
        case .run(let members, let count):
            let end = text.end(of: members, from: start, limit: count.upperBound)
            // What follows the last one is asked of the whole token.
            guard count.contains(end - start), isLast || !members.contains(text[end]) else { return nil }
            return end
        }
    }
}

extension Detector {
    /// A token that begins with `prefix`, followed by one run.
    static func token(
        _ prefix: String,
        _ members: ByteClass,
        _ count: ClosedRange<Int>,
        hasCRC32: Bool = false
    ) -> Detector {
        Detector(.exact(prefix), TokenPattern(parts: [.run(members, count)], hasCRC32: hasCRC32))
    }

    /// A token that begins with `prefix` and goes on with `parts`.
    static func token(_ prefix: String, _ parts: [TokenPattern.Part], entropy: Double = 2.8) -> Detector {
        Detector(.exact(prefix), TokenPattern(parts: parts, entropy: entropy))
    }

    /// A token with a run of `members` before `sign`, which stands in its midst.
    static func token(
        _ members: ByteClass,
        _ count: ClosedRange<Int>,
        before sign: String,
        _ parts: [TokenPattern.Part]
    ) -> Detector {
        Detector(.exact(sign), TokenPattern(lead: (members, count), parts: parts))
    }
}
