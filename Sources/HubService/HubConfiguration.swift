package import Federation
package import HubStore

/// Every setting of a serving hub.
package struct HubConfiguration: Sendable {
    /// Where the hub keeps its embedded database and its locks.
    package var dataDirectory: String
    package var listen: ListenAddress
    package var metricsListen: ListenAddress?
    /// A PostgreSQL to use instead of the embedded one.
    package var databaseURL: String?
    /// The account that runs the embedded database where the hub was started as root.
    package var databaseAccount: String?
    /// Connections to the database.
    package var poolSize: Int
    /// How long superseded versions, and what is left of retracted winners, are kept.
    package var historyDays: Int64
    /// How many superseded versions are kept at most.
    package var historyRows: Int64
    /// The hub's name in the paths of what it passes on; `nil` leaves the one it has.
    package var name: NodeName?
    /// The PEM file with the certificates by which upstreams are trusted; `nil` for the system's.
    package var trustedCertificates: String?
    /// The upstreams of the configuration file; `nil` where there is none, which leaves those of the last one.
    package var upstreams: [Upstream]?

    package init(
        dataDirectory: String,
        listen: ListenAddress,
        metricsListen: ListenAddress?,
        databaseURL: String?,
        databaseAccount: String? = nil,
        poolSize: Int = 12,
        historyDays: Int64 = 90,
        historyRows: Int64 = 5_000_000,
        name: NodeName? = nil,
        trustedCertificates: String? = nil,
        upstreams: [Upstream]? = nil
    ) {
        self.dataDirectory = dataDirectory
        self.listen = listen
        self.metricsListen = metricsListen
        self.databaseURL = databaseURL
        self.databaseAccount = databaseAccount
        self.poolSize = poolSize
        self.historyDays = historyDays
        self.historyRows = historyRows
        self.name = name
        self.trustedCertificates = trustedCertificates
        self.upstreams = upstreams
    }
}

/// A host and a port to listen on.
package struct ListenAddress: Sendable, Equatable, CustomStringConvertible {
    package var host: String
    package var port: Int

    /// An address, or `nil` where `text` is none: `127.0.0.1:8092`, `localhost:0` or `[::1]:8092`.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65_535).contains(port)
        else { return nil }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        guard !host.isEmpty else { return nil }
        self.host = host
        self.port = port
    }

    /// Whether only this machine can reach it.
    package var isLoopback: Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }

    package var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

/// How long the hub waits for others.
enum HubDeadlines {
    /// A connection on which nothing moves is closed after this.
    static let idleSeconds: Int64 = 75
    /// A connection on which no token was shown, and nothing is being answered, is closed after this.
    static let unprovenSeconds: Int64 = 10
    /// A push has to arrive within this, however slowly its bytes drip.
    static let bodySeconds: Int64 = 300
    /// A pull whose reader takes nothing for this long is ended.
    static let stalledReaderSeconds: Int64 = 60
    /// A pull may take this long in all.
    static let pullSeconds: Int64 = 1_800
    /// How long a client is asked to wait when the hub is busy.
    static let retryAfterSeconds = 2
    /// How long a client is asked to wait when only a person can help.
    static let retryAfterFaultSeconds = 30
    /// Connections at once.
    static let connections = 512
    /// Connections at once beyond which one without a token is closed for each that comes.
    static let ampleConnections = 384
}
