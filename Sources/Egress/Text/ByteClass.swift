/// A set of bytes, such as the letters that a token may consist of.
struct ByteClass: Sendable {
    private var words = SIMD4<UInt64>()

    /// The bytes of `members`.
    init(_ members: String) {
        for byte in members.utf8 { insert(byte) }
    }

    /// All bytes for which `isMember` holds.
    init(where isMember: (UInt8) -> Bool) {
        for byte in UInt8.min ... .max where isMember(byte) { insert(byte) }
    }

    private mutating func insert(_ byte: UInt8) {
        words[Int(byte >> 6)] |= 1 << UInt64(byte & 63)
    }

    func contains(_ byte: UInt8) -> Bool {
        words[Int(byte >> 6)] >> UInt64(byte & 63) & 1 == 1
    }

    var members: [UInt8] { (UInt8.min ... .max).filter(contains) }

    static func + (left: ByteClass, right: ByteClass) -> ByteClass {
        var union = left
        union.words |= right.words
        return union
    }

    /// Every byte that is none of these.
    var inverted: ByteClass {
        var others = self
        others.words = ~words
        return others
    }
}

extension ByteClass {
    static let none = ByteClass("")
    static let digits = ByteClass("0123456789")
    static let lowerCase = ByteClass("abcdefghijklmnopqrstuvwxyz")
    static let upperCase = ByteClass("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    static let letters = lowerCase + upperCase
    static let alphanumeric = letters + digits
    static let lowerAlphanumeric = lowerCase + digits
    static let upperAlphanumeric = upperCase + digits
    static let lowerHex = digits + ByteClass("abcdef")
    static let hex = lowerHex + ByteClass("ABCDEF")
    /// What names in programs consist of.
    static let word = alphanumeric + ByteClass("_")
    static let base64 = alphanumeric + ByteClass("+/")
    static let base64URL = alphanumeric + ByteClass("-_")
    /// Base64 with its padding.
    static let paddedBase64 = base64 + ByteClass("=")
    /// Names with dashes, as flags and headers have them.
    static let dashedWord = word + ByteClass("-")
    /// What a text without line ends consists of.
    static let line = ByteClass("\n").inverted
    /// base64URL and the dot, as tokens of several parts have it.
    static let dotted = base64URL + ByteClass(".")
    static let blanks = ByteClass(" \t")
    static let whiteSpace = ByteClass(where: { $0 <= 0x20 })
    static let quotes = ByteClass("\"'`")
    /// What a word between blanks or quotes consists of.
    static let unquoted = (whiteSpace + quotes).inverted
    /// What ends a value that stands without quotes.
    static let valueEnds = whiteSpace + quotes + ByteClass("<>(){}[]|&\\,;")
}
