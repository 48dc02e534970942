/// One HTTP request, with the limits its reply has to keep.
package struct HTTPRequest: Sendable {
    /// The time for the name to be resolved and the connection to be made, TLS included.
    package static let defaultConnectTimeout = Duration.seconds(10)

    /// The time for everything, from the name to the last byte.
    package static let defaultTotalDeadline = Duration.seconds(60)

    /// The time without a byte in either direction.
    package static let defaultStallTimeout = Duration.seconds(30)

    /// The bytes of a reply's body.
    package static let defaultMaximumResponseBytes = 32 << 20

    /// The method.
    package var method: HTTPMethod

    /// The absolute URL, `http` or `https`.
    package var url: String

    /// The header fields, sent in this order.
    package var headers: [(String, String)]

    /// The body; nil for none.
    package var body: [UInt8]?

    /// The longest time for the name to be resolved and the connection to be made, TLS included.
    package var connectTimeout: Duration

    /// The longest time for everything; the caller scales it with what is to be moved.
    package var totalDeadline: Duration

    /// The longest time without a byte in either direction, in whole seconds, rounded up, at least 2.
    ///
    /// A long transfer may go on while bytes flow. A long poll is such a silence too, so its wait has to be shorter. The
    /// speed is an average over some five seconds, so a stall ends up to that much later.
    package var stallTimeout: Duration

    /// The most bytes the body of a successful reply may have, after decompression.
    package var maximumResponseBytes: Int

    /// Whether the reply may be compressed with gzip; then it is decompressed.
    ///
    /// A server that ends the compressed bytes too early inside a whole reply goes unnoticed by curl 7.88, so the caller
    /// has to insist on a mark at the end of the body, as with `HTTPResponse.Framing.delimitedByClose`.
    package var acceptEncoding: Bool

    /// A request with this module's default limits, unless others are given.
    package init(
        method: HTTPMethod = .get,
        url: String,
        headers: [(String, String)] = [],
        body: [UInt8]? = nil,
        connectTimeout: Duration = HTTPRequest.defaultConnectTimeout,
        totalDeadline: Duration = HTTPRequest.defaultTotalDeadline,
        stallTimeout: Duration = HTTPRequest.defaultStallTimeout,
        maximumResponseBytes: Int = HTTPRequest.defaultMaximumResponseBytes,
        acceptEncoding: Bool = false
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.connectTimeout = connectTimeout
        self.totalDeadline = totalDeadline
        self.stallTimeout = stallTimeout
        self.maximumResponseBytes = maximumResponseBytes
        self.acceptEncoding = acceptEncoding
    }
}
