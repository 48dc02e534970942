internal import Digest

/// The text of a token: a prefix that says what it is for, a public id, and a secret of 256 random bits.
struct SecretToken {
    static let idBytes = 6
    private static let secretBytes = 32
    private static let longest = 128

    let id: String
    let text: String

    /// A new token.
    init(prefix: String, using generator: inout some RandomNumberGenerator) {
        let id = (0..<SecretToken.idBytes).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let secret = (0..<SecretToken.secretBytes).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        self.id = Hex.encode(id)
        text = prefix + self.id + "_" + Base64.encodeURL(secret)
    }

    /// The token that `text` spells; `nil` where it has not the shape of one.
    init?(_ text: String, prefix: String) {
        guard text.utf8.count <= SecretToken.longest, text.hasPrefix(prefix) else { return nil }
        let parts = text.dropFirst(prefix.count).split(separator: "_", maxSplits: 1)
        guard parts.count == 2, parts[0].utf8.count == SecretToken.idBytes * 2, Hex.decode(String(parts[0])) != nil,
            Base64.decodeURL(String(parts[1]))?.count == SecretToken.secretBytes
        else { return nil }
        id = String(parts[0])
        self.text = text
    }
}
