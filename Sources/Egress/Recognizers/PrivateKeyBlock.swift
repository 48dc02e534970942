/// A private key between `-----BEGIN ...-----` and `-----END ...-----`, or as much of it as is there.
struct PrivateKeyBlock: Recognizer {
    /// Of a key of 16,384 bits, the longest in use, with room for indentation.
    private static let greatestBlock = 16 * 1024
    private static let greatestLabel = 40
    /// How far behind the first line the key itself begins, behind headers as `Proc-Type`.
    private static let greatestHeaders = 400
    private static let label = ByteClass.upperAlphanumeric + ByteClass(" ")
    private static let dashes = ByteClass("-")
    private static let leastRun = 16

    /// Whether the label must name PGP, or must not.
    var isPGP: Bool

    func secret(in text: GuardText, at anchor: Range<Int>) -> Range<Int>? {
        let labelEnd = text.end(
            of: PrivateKeyBlock.label,
            from: anchor.upperBound,
            limit: PrivateKeyBlock.greatestLabel
        )
        guard text.has(Array("-----".utf8), at: labelEnd) || text.has(Array("----".utf8), at: labelEnd) else {
            return nil
        }
        let label = anchor.upperBound..<labelEnd
        guard text.holdsFolded("private key", in: label), text.holdsFolded("pgp ", in: label) == isPGP else {
            return nil
        }
        let body = text.end(of: PrivateKeyBlock.dashes, from: labelEnd, limit: 5)
        guard let firstLine = firstRun(in: text, from: body) else { return nil }
        return anchor.lowerBound..<end(of: text, from: firstLine.upperBound)
    }

    private func firstRun(in text: GuardText, from start: Int) -> Range<Int>? {
        let last = min(text.count, start + PrivateKeyBlock.greatestHeaders)
        var index = start
        while index < last {
            let end = text.end(of: .base64, from: index, limit: 128)
            if end - index >= PrivateKeyBlock.leastRun, !Placeholder.isForToken(text.part(index..<end)) {
                return index..<end
            }
            if text.has(Array("-----END".utf8), at: end) { return nil }
            index = end + 1
        }
        return nil
    }

    /// Behind the last line, or behind what may still be of the key where that is missing.
    private func end(of text: GuardText, from start: Int) -> Int {
        let last = min(text.count, start + PrivateKeyBlock.greatestBlock)
        if let footer = text.firstFolded("-----end ", in: start..<last) {
            let label = text.end(of: PrivateKeyBlock.label, from: footer + 9, limit: 40)
            return text.end(of: PrivateKeyBlock.dashes, from: label, limit: 5)
        }
        let rest = ByteClass.base64 + ByteClass.whiteSpace + ByteClass("=\\\"'")
        return text.end(of: rest, from: start, limit: PrivateKeyBlock.greatestBlock)
    }
}

/// A private key in Base64, as Kubernetes and continuous integration keep it: what is encoded begins like one.
struct EncodedPrivateKey: Recognizer {
    private static let readBytes = 64

    func secret(in text: GuardText, at anchor: Range<Int>) -> Range<Int>? {
        let end = text.end(of: .paddedBase64, from: anchor.lowerBound, limit: 32 * 1024)
        guard end - anchor.lowerBound >= EncodedPrivateKey.readBytes else { return nil }
        let head = text.part(anchor.lowerBound..<(anchor.lowerBound + EncodedPrivateKey.readBytes))
        guard let decoded = DecodedText.base64(head) else { return nil }
        return decoded.contains("PRIVATE KEY") ? anchor.lowerBound..<end : nil
    }
}
