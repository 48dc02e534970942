/// A way to exchange requests and replies with one Qdrant.
package protocol QdrantTransport: AnyObject {
    /// Sends `request`, and calls `onBody` with each piece of a successful reply's body.
    ///
    /// Throws a ``QdrantError`` where there is no whole reply, and what the callback throws, which ends the exchange. A
    /// reply with an unsuccessful status is a reply.
    func exchange(_ request: QdrantRequest, onBody: (UnsafeRawBufferPointer) throws -> Void) throws -> QdrantReply
}

/// One request to Qdrant, with the limits its reply has to keep.
package struct QdrantRequest: Sendable {
    /// A method that Qdrant's interface uses.
    package enum Method: Sendable {
        case get, put, post
    }

    package var method: Method
    /// Path and query, beginning with a slash.
    package var target: String
    /// JSON.
    package var body: [UInt8]?
    /// The key that proves who asks.
    package var key: String?
    /// The time for everything.
    package var deadline: Duration
    /// Bytes of a reply's body.
    package var maximumReplyBytes: Int
}

/// The head of a reply, and of an unsuccessful one also its body.
package struct QdrantReply: Sendable {
    package var status: Int
    /// How long Qdrant asks to wait, in seconds.
    package var retryAfterSeconds: Int?
    /// The body where the status is not 200 to 299; otherwise it was handed out piece by piece.
    package var body: [UInt8]

    package init(status: Int, retryAfterSeconds: Int? = nil, body: [UInt8] = []) {
        self.status = status
        self.retryAfterSeconds = retryAfterSeconds
        self.body = body
    }
}
