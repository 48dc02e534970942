/// Where a Qdrant is: `http` or `https`, host, and where it stands behind a path, that path.
package struct QdrantEndpoint: Sendable, Hashable, CustomStringConvertible {
    /// The address without a slash at its end.
    package let text: String
    /// Whether the connection is encrypted.
    package let isSecure: Bool
    /// Whether the host is this machine, so that nobody else can listen on the way.
    package let isLoopback: Bool

    /// The Qdrant at `address`; `nil` where that is no `http` or `https` URL of a host, or carries credentials or a query.
    package init?(_ address: String) {
        let schemes = [("https://", true), ("http://", false)]
        guard let (scheme, isSecure) = schemes.first(where: { address.hasPrefix($0.0) }) else { return nil }
        var text = Substring(address)
        while text.utf8.last == UInt8(ascii: "/") { text.removeLast() }
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" }
        guard !authority.isEmpty, authority.first != ":",
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") }),
            !rest.contains(where: { $0 == "@" || $0 == "?" || $0 == "#" })
        else { return nil }
        self.text = String(text)
        self.isSecure = isSecure
        let host = authority.first == "[" ? authority.dropFirst().prefix { $0 != "]" } : authority.prefix { $0 != ":" }
        isLoopback = host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }

    package var description: String { text }

    /// The address of a collection, for people and for the state to know it again.
    package func address(of collection: String) -> String { "\(text)/collections/\(collection)" }
}
