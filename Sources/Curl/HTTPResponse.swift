/// The reply to one HTTP request.
package struct HTTPResponse: Sendable {
    /// How the end of the body was found.
    package enum Framing: Sendable, Equatable {
        /// The reply has no body by its nature.
        case bodiless

        /// By its announced length, which has been checked.
        case contentLength

        /// By its last chunk, which has been seen.
        case chunked

        /// By the end of the connection: it may be cut short, and only a mark in the body can tell.
        case delimitedByClose
    }

    /// The status code.
    package var status: Int

    /// The header fields.
    package var headers: HTTPHeaders

    /// The body, as far as it was collected: of any status by `send`, of an unsuccessful one by `stream`.
    package var body: [UInt8]

    /// How the end of the body was found.
    package var framing: Framing

    /// A reply of these parts.
    package init(status: Int, headers: HTTPHeaders, body: [UInt8] = [], framing: Framing) {
        self.status = status
        self.headers = headers
        self.body = body
        self.framing = framing
    }

    /// Whether the status is 200 to 299.
    package var isSuccess: Bool {
        (200...299).contains(status)
    }
}
