package import Digest

/// What a node proves its identity with: a public id, by which the hub finds the node, and a secret.
package struct NodeToken: Sendable, CustomStringConvertible, CustomReflectable {
    /// The public part.
    package let id: String
    /// SHA-256 over the whole token.
    ///
    /// The secret has 256 random bits, so a plain hash cannot be guessed back.
    package let hash: SHA256Digest
    /// The whole token, to be shown once.
    package let secretText: String

    private static let prefix = "tributary_"
    private static let idBytes = 6
    private static let secretBytes = 32

    /// A new token.
    package init(using generator: inout some RandomNumberGenerator) {
        let id = (0..<NodeToken.idBytes).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let secret = (0..<NodeToken.secretBytes).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let idText = Hex.encode(id)
        self.init(id: idText, text: NodeToken.prefix + idText + "_" + Base64.encodeURL(secret))
    }

    /// The token that `text` spells; `nil` where it has not the shape of one.
    package init?(_ text: String) {
        guard text.utf8.count <= 128, text.hasPrefix(NodeToken.prefix) else { return nil }
        let parts = text.dropFirst(NodeToken.prefix.count).split(separator: "_", maxSplits: 1)
        guard parts.count == 2, parts[0].utf8.count == NodeToken.idBytes * 2, Hex.decode(String(parts[0])) != nil,
            Base64.decodeURL(String(parts[1]))?.count == NodeToken.secretBytes
        else { return nil }
        self.init(id: String(parts[0]), text: text)
    }

    private init(id: String, text: String) {
        self.id = id
        secretText = text
        hash = SHA256.digest(of: Array(text.utf8))
    }

    package var description: String { "token \(id)" }

    package var customMirror: Mirror {
        Mirror(self, children: ["id": id])
    }
}
