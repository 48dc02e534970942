/// Signs by which texts set a token off, and which the token's own alphabet may hold: `_..._`, `--`, a full stop.
///
/// Where a token has a fixed length, such a sign next to it is taken for the text's and not for the token's unless
/// something of a word stands behind it, so that `AIza...__ here` is a key and `AIza..._cache` is a longer name.
enum TokenBorder {
    private static let signs = ByteClass("_-.~")
    private static let dash = UInt8(ascii: "-")
    /// So many signs in a row are a border whatever follows them.
    private static let greatestRun = 8

    /// Whether what stands at `index` sets off a token that ends there; `own` are the bytes that could go on with it.
    static func isBehind(_ index: Int, in text: GuardText, own: ByteClass) -> Bool {
        guard signs.contains(text[index]) else { return false }
        if text[index] == dash, text[index + 1] == dash { return true }
        var next = index
        while next < index + greatestRun, isSign(text[next], own) { next += 1 }
        return next > index && !ByteClass.alphanumeric.contains(text[next])
    }

    /// Whether what stands before `index` sets off a token that begins there.
    static func isBefore(_ index: Int, in text: GuardText, own: ByteClass) -> Bool {
        guard signs.contains(text[index - 1]) else { return false }
        if text[index - 1] == dash, text[index - 2] == dash { return true }
        var first = index
        while first > index - greatestRun, isSign(text[first - 1], own) { first -= 1 }
        return first < index && !ByteClass.alphanumeric.contains(text[first - 1])
    }

    /// `range` without the signs at its ends, which may be its own or the text's.
    static func trimmed(_ range: Range<Int>, in text: GuardText) -> Range<Int> {
        let start = text.end(of: signs, from: range.lowerBound, limit: min(range.count, greatestRun))
        let end = text.start(of: signs, before: range.upperBound, limit: min(range.upperBound - start, greatestRun))
        return start..<end
    }

    private static func isSign(_ byte: UInt8, _ own: ByteClass) -> Bool {
        signs.contains(byte) && own.contains(byte)
    }
}
