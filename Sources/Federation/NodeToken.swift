package import Digest

/// What a node proves its identity with: a public id, by which the hub finds the node, and a secret.
package struct NodeToken: Sendable, CustomStringConvertible, CustomReflectable {
    /// What the hub keeps of the token.
    package let credential: NodeCredential
    /// The whole token, to be shown once.
    package let secretText: String

    private static let prefix = "tributary_"

    /// A new token.
    package init(using generator: inout some RandomNumberGenerator) {
        self.init(SecretToken(prefix: NodeToken.prefix, using: &generator))
    }

    /// The token that `text` spells; `nil` where it has not the shape of one.
    package init?(_ text: String) {
        guard let token = SecretToken(text, prefix: NodeToken.prefix) else { return nil }
        self.init(token)
    }

    private init(_ token: SecretToken) {
        credential = NodeCredential(id: token.id, hash: SHA256.digest(of: Array(token.text.utf8)))
        secretText = token.text
    }

    /// The public part.
    package var id: String { credential.id }
    /// SHA-256 over the whole token.
    package var hash: SHA256Digest { credential.hash }

    package var description: String { "token \(id)" }

    package var customMirror: Mirror {
        Mirror(self, children: ["id": id])
    }
}

/// What is kept of a token: enough to know it again, and nothing that would be one.
///
/// The secret has 256 random bits, so a plain hash cannot be guessed back.
package struct NodeCredential: Sendable, Equatable {
    /// The public part.
    package let id: String
    /// SHA-256 over the whole token.
    package let hash: SHA256Digest

    package init(id: String, hash: SHA256Digest) {
        self.id = id
        self.hash = hash
    }

    /// A credential as a node sends it; `nil` where `id` is no token's.
    package init?(id: String, hashHex: String) {
        guard id.utf8.count == SecretToken.idBytes * 2, let bytes = Hex.decode(id), Hex.encode(bytes) == id,
            let hash = SHA256Digest(hex: hashHex)
        else { return nil }
        self.init(id: id, hash: hash)
    }
}
