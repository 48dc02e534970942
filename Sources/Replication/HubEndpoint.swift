/// Where a hub is: `http` or `https`, host, and where it stands behind a path, that path.
package struct HubEndpoint: Sendable, Equatable, CustomStringConvertible {
    /// The address without a slash at its end.
    package let text: String
    /// The host alone, without port and brackets.
    package let host: String
    /// Whether the connection is encrypted.
    package let isSecure: Bool

    /// The hub at `address`; `nil` where that is no `http` or `https` URL of a host, or carries credentials or a query.
    package init?(_ address: String) {
        let schemes = [("https://", true), ("http://", false)]
        guard let (scheme, isSecure) = schemes.first(where: { address.hasPrefix($0.0) }) else { return nil }
        var text = Substring(address)
        while text.utf8.last == UInt8(ascii: "/") { text.removeLast() }
        guard text.utf8.count > scheme.utf8.count,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") })
        else { return nil }
        let rest = text.dropFirst(scheme.count)
        guard !rest.contains(where: { $0 == "@" || $0 == "?" || $0 == "#" }) else { return nil }
        let authority = rest.prefix { $0 != "/" }
        guard let host = HubEndpoint.host(of: authority) else { return nil }
        self.text = String(text)
        self.host = host
        self.isSecure = isSecure
    }

    private static func host(of authority: Substring) -> String? {
        var host = authority
        var port: Substring?
        if authority.first == "[" {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            host = authority[authority.index(after: authority.startIndex)..<end]
            let rest = authority[authority.index(after: end)...]
            guard rest.isEmpty || rest.first == ":" else { return nil }
            port = rest.isEmpty ? nil : rest.dropFirst()
        } else if let colon = authority.firstIndex(of: ":") {
            host = authority[..<colon]
            port = authority[authority.index(after: colon)...]
        }
        if let port {
            guard let number = UInt16(port), number > 0 else { return nil }
        }
        return host.isEmpty ? nil : String(host)
    }

    package var description: String { text }

    /// Whether the host is this machine, so that nobody else can listen on the way.
    package var isLoopback: Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }
}
