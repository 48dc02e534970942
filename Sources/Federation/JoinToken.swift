internal import Digest

/// What lets a machine enrol itself, once: the hub's operator hands it out, and it is worth nothing afterwards.
package struct JoinToken: Sendable, CustomStringConvertible, CustomReflectable {
    /// What the hub keeps of the token.
    package let credential: NodeCredential
    /// The whole token, to be shown once.
    package let secretText: String

    private static let prefix = "tributary_join_"

    /// A new token.
    package init(using generator: inout some RandomNumberGenerator) {
        self.init(SecretToken(prefix: JoinToken.prefix, using: &generator))
    }

    /// The token that `text` spells; `nil` where it has not the shape of one.
    package init?(_ text: String) {
        guard let token = SecretToken(text, prefix: JoinToken.prefix) else { return nil }
        self.init(token)
    }

    private init(_ token: SecretToken) {
        credential = NodeCredential(id: token.id, hash: SHA256.digest(of: Array(token.text.utf8)))
        secretText = token.text
    }

    package var description: String { "join token \(credential.id)" }

    package var customMirror: Mirror {
        Mirror(self, children: ["id": credential.id])
    }
}
