internal import Federation

/// The file that holds a node's token, and nothing else.
package struct TokenFile: Sendable {
    private let secret: SecretFile

    package init(_ path: String) {
        secret = SecretFile(path, title: "token file", content: "the token that the hub's operator gave you")
    }

    package var path: String { secret.path }

    /// The token; throws a ``SpokeError`` where the file holds none.
    ///
    /// It is never part of an error.
    package func read() throws(SpokeError) -> String {
        let token = try secret.read()
        guard JoinToken(token) == nil else {
            throw SpokeError(
                .configuration,
                "the token file \(path) holds a join token, by which this machine is enrolled and gets a token of its own:"
                    + " run 'tributary-spoke enroll --hub URL --join-token-file \(path)', with another file as --token-file"
            )
        }
        return token
    }

    /// Why others could read the token, if they could.
    package var warning: String? { secret.warning }

    /// Whether other users of this machine can read the file.
    var isReadableByOthers: Bool { secret.isReadableByOthers }
}
