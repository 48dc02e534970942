import Federation
import Presentation

/// The address of a database, as it may be shown in a command.
enum ShownDatabaseURL {
    /// `url` as a word of a command; a placeholder where it may hold a password, which is to be seen nowhere.
    static func of(_ url: String) -> String {
        mayHoldSecret(url) ? "URL" : ShellWord.of(url)
    }

    private static func mayHoldSecret(_ url: String) -> Bool {
        // Names of parameters may be percent-encoded, in whatever way; what cannot be read is not shown.
        guard let bytes = PercentEncoding.decode(url), let text = String(validating: bytes, as: UTF8.self) else {
            return true
        }
        // In either form of an address, `password` and `sslpassword` are parameters.
        guard !text.lowercased().contains("passw") else { return true }
        guard let scheme = url.firstRange(of: "://") else { return false }
        let rest = url[scheme.upperBound...]
        // Whatever is between a colon and an at sign; a password may hold slashes, and at signs too.
        guard let end = rest.lastIndex(of: "@") else { return false }
        return rest[..<end].contains(":")
    }
}
