/// The password in `scheme://user:password@host`.
struct URLPassword: Recognizer {
    private static let greatestUser = 128
    private static let greatestPassword = 4_096
    private static let userEnds = ByteClass.whiteSpace + ByteClass.quotes + ByteClass("/@:<>\\{}$,;()|[]")
    static let passwordEnds = ByteClass.whiteSpace + ByteClass.quotes + ByteClass("/<>\\")

    func secret(in text: GuardText, at anchor: Range<Int>) -> Range<Int>? {
        guard ByteClass.alphanumeric.contains(text[anchor.lowerBound - 1]) else { return nil }
        let userStart = anchor.upperBound
        let userEnd = text.end(of: URLPassword.userEnds.inverted, from: userStart, limit: URLPassword.greatestUser)
        guard text[userEnd] == UInt8(ascii: ":") else { return nil }
        let start = userEnd + 1
        let last = text.end(of: URLPassword.passwordEnds.inverted, from: start, limit: URLPassword.greatestPassword)
        // Passwords hold @ too; the host follows the last one.
        var end = last - 1
        while end > start, text[end] != UInt8(ascii: "@") { end -= 1 }
        guard end > start, ByteClass.alphanumeric.contains(text[end + 1]) || text[end + 1] == UInt8(ascii: "[") else {
            return nil
        }
        let password = text.part(start..<end)
        guard !Placeholder.isForPassword(password) else { return nil }
        let user = text.folded(userStart..<userEnd)
        return user == password.folded(0..<password.count) ? nil : start..<end
    }
}

/// What follows `Authorization:` with its scheme, or `Bearer` alone.
struct AuthorizationHeader: Recognizer {
    let readsNames = true
    private static let greatestValue = 8 * 1024
    private static let leastValue = 12
    private static let members = ByteClass.alphanumeric + ByteClass("-._~+/=")
    private static let gap = ByteClass.blanks + ByteClass.quotes + ByteClass(":=,>\\[(")
    private static let schemes = ["bearer", "basic", "token", "apikey", "bot", "negotiate", "key"]

    /// Whether the anchor is the scheme itself.
    var isScheme = false

    func secret(in text: GuardText, at anchor: Range<Int>) -> Range<Int>? {
        // The scheme as an anchor has the blank behind it.
        var index = isScheme ? anchor.upperBound - 1 : anchor.upperBound
        var scheme = "bearer"
        if !isScheme {
            index = text.end(of: AuthorizationHeader.gap, from: index, limit: 12)
            guard index > anchor.upperBound,
                let found = AuthorizationHeader.schemes.first(where: {
                    text.hasFolded(Array($0.utf8), at: index)
                })
            else { return nil }
            scheme = found
            index += found.utf8.count
        } else if ByteClass.word.contains(text[anchor.lowerBound - 1]) {
            return nil
        }
        return value(in: text, from: index, scheme)
    }

    func secret(inValue value: GuardText, of name: GuardText, at anchor: Range<Int>) -> Range<Int>? {
        guard !isScheme,
            let scheme = AuthorizationHeader.schemes.first(where: {
                value.hasFolded(Array($0.utf8), at: 0)
            })
        else { return nil }
        return self.value(in: value, from: scheme.utf8.count, scheme)
    }

    private func value(in text: GuardText, from index: Int, _ scheme: String) -> Range<Int>? {
        let start = text.end(of: .blanks, from: index, limit: 4)
        guard start > index else { return nil }
        let end = text.end(of: AuthorizationHeader.members, from: start, limit: AuthorizationHeader.greatestValue)
        let value = text.part(start..<end)
        if scheme == "basic" {
            guard let pair = BasicCredentials(encoded: value) else { return nil }
            return pair.isPlaceholder ? nil : start..<end
        }
        let hasDigit = value.bytes.contains(where: ByteClass.digits.contains)
        guard value.count >= AuthorizationHeader.leastValue, hasDigit, Entropy.bitsPerByte(value) >= 3,
            !Placeholder.isForPassword(value)
        else { return nil }
        return start..<end
    }
}

/// `user:password` in Base64, as HTTP and Docker have it.
struct BasicCredentials {
    private let password: [UInt8]
    private let user: String

    /// What `text` encodes; `nil` where that is no pair of printable texts.
    init?(encoded text: GuardText) {
        guard text.count >= 8, text.count <= 1_024, let bytes = DecodedText.base64(text),
            let decoded = String(validating: bytes, as: UTF8.self),
            decoded.unicodeScalars.allSatisfy({ $0.value >= 0x20 }),
            let colon = decoded.firstIndex(of: ":")
        else { return nil }
        user = decoded[..<colon].lowercased()
        password = Array(decoded[decoded.index(after: colon)...].utf8)
    }

    /// Whether the password is none, or the user's name again.
    var isPlaceholder: Bool {
        if String(decoding: password, as: UTF8.self).lowercased() == user { return true }
        return password.withUnsafeBytes { Placeholder.isForPassword(GuardText($0)) }
    }
}

/// The member `auth` of a Docker configuration.
struct DockerAuth: Recognizer {
    private static let gap = ByteClass.whiteSpace + ByteClass.quotes + ByteClass(":=")

    let readsNames = true

    func secret(in text: GuardText, at anchor: Range<Int>) -> Range<Int>? {
        guard !ByteClass.word.contains(text[anchor.lowerBound - 1]) else { return nil }
        let start = text.end(of: DockerAuth.gap, from: anchor.upperBound, limit: 8)
        guard start > anchor.upperBound else { return nil }
        let end = text.end(of: .paddedBase64, from: start, limit: 1_024)
        return judge(text, start..<end)
    }

    func secret(inValue value: GuardText, of name: GuardText, at anchor: Range<Int>) -> Range<Int>? {
        name.count == anchor.count ? judge(value, 0..<value.count) : nil
    }

    private func judge(_ text: GuardText, _ range: Range<Int>) -> Range<Int>? {
        guard let pair = BasicCredentials(encoded: text.part(range)), !pair.isPlaceholder else { return nil }
        return range
    }
}
