/// A private key between `-----BEGIN ...-----` and `-----END ...-----`, or as much of it as is there.
struct PrivateKeyBlock: Recognizer {
    /// Of a key of 16,384 bits, the longest in use, with room for indentation.
    private static let greatestBlock = 16 * 1024
    private static let greatestLabel = 40
    /// How far behind the first line, or behind its headers, the key itself begins.
    private static let greatestGap = 400
    /// Of all lines as `Proc-Type: 4,ENCRYPTED` and of comments, which are as many as somebody likes.
    private static let greatestHeaders = 4 * 1024
    private static let headerName = ByteClass.alphanumeric + ByteClass("-")
    private static let label = ByteClass.upperAlphanumeric + ByteClass(" ")
    private static let dashes = ByteClass("-")
    private static let footer = Array("----end ".utf8)
    private static let body = ByteClass.paddedBase64 + ByteClass.whiteSpace + ByteClass("\\\"'")
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
        let key = firstRun(in: text, from: body) ?? runBehindHeaders(in: text, from: body)
        guard let firstLine = key else { return nil }
        return anchor.lowerBound..<end(of: text, from: firstLine.upperBound)
    }

    /// The first run behind the lines that are empty, comments or headers with a name.
    private func runBehindHeaders(in text: GuardText, from start: Int) -> Range<Int>? {
        let greatestLabel = PrivateKeyBlock.greatestLabel
        let last = start + PrivateKeyBlock.greatestHeaders
        let lineEnd = text.end(of: .blanks + ByteClass("\r"), from: start, limit: greatestLabel)
        var index = lineEnd
        while index < last, text[index] == UInt8(ascii: "\n") {
            let word = text.end(of: .blanks, from: index + 1, limit: greatestLabel)
            let name = text.end(of: PrivateKeyBlock.headerName, from: word, limit: greatestLabel)
            let isHeader = name > word && text[name] == UInt8(ascii: ":")
            let isEmpty = text[word] == UInt8(ascii: "\r") || text[word] == UInt8(ascii: "\n")
            guard isHeader || isEmpty || text[word] == UInt8(ascii: "#") else { break }
            let end = text.end(of: .line, from: word, limit: last - word)
            // Another key has headers of its own.
            guard !text.holdsFolded("-- begin ", in: word..<end), !text.holdsFolded("--begin ", in: word..<end) else {
                return nil
            }
            index = end
        }
        return index > lineEnd ? firstRun(in: text, from: index) : nil
    }

    private func firstRun(in text: GuardText, from start: Int) -> Range<Int>? {
        let last = min(text.count, start + PrivateKeyBlock.greatestGap)
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

    /// Behind the last line, which begins with the first dash behind the key, or behind what may still be of the key where
    /// that line is missing.
    private func end(of text: GuardText, from start: Int) -> Int {
        let footer = text.end(of: PrivateKeyBlock.dashes.inverted, from: start, limit: PrivateKeyBlock.greatestBlock)
        // Four dashes, as of SSH2, or five.
        if text.hasFolded(PrivateKeyBlock.footer, at: footer) || text.hasFolded(PrivateKeyBlock.footer, at: footer + 1)
        {
            let members = PrivateKeyBlock.label + PrivateKeyBlock.dashes
            return text.end(of: members, from: footer, limit: 2 * PrivateKeyBlock.greatestLabel)
        }
        return text.end(of: PrivateKeyBlock.body, from: start, limit: PrivateKeyBlock.greatestBlock)
    }
}

/// A private key in Base64, as Kubernetes and continuous integration keep it: what is encoded begins like one.
struct EncodedPrivateKey: Recognizer {
    private static let readBytes = 64
    private static let greatestKey = 32 * 1024

    func secret(in text: GuardText, at anchor: Range<Int>) -> Range<Int>? {
        let head = text.part(anchor.lowerBound..<(anchor.lowerBound + EncodedPrivateKey.readBytes))
        guard head.count == EncodedPrivateKey.readBytes, let decoded = DecodedText.base64(head),
            decoded.withUnsafeBytes({ GuardText($0).holdsFolded("private key", in: 0..<$0.count) })
        else { return nil }
        return anchor
            .lowerBound..<text.end(of: .paddedBase64, from: anchor.lowerBound, limit: EncodedPrivateKey.greatestKey)
    }
}
