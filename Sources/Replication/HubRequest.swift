/// One request to a hub, with the limits its reply has to keep.
package struct HubRequest {
    /// A method the protocol uses.
    package enum Method: Sendable {
        case get, post, put
    }

    package var method: Method
    /// Path and query, beginning with a slash.
    package var target: String
    package var headers: [(String, String)]
    package var body: [UInt8]?
    /// The time for everything.
    package var deadline: Duration
    /// The time without a byte in either direction.
    package var stall: Duration
    /// Bytes of a reply's body.
    package var maximumReplyBytes: Int
    /// Called, at most once, when the request is on its way and its reply still to come, by transports that can tell.
    package var onSent: (() -> Void)?
    /// What to do where the hub does not accept who is asking.
    package var adviceIfRefused: String?

    package init(
        _ method: Method,
        _ target: String,
        headers: [(String, String)] = [],
        body: [UInt8]? = nil,
        deadline: Duration = TransferLimits.small,
        stall: Duration = TransferLimits.stall,
        maximumReplyBytes: Int
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.deadline = deadline
        self.stall = stall
        self.maximumReplyBytes = maximumReplyBytes
    }
}
