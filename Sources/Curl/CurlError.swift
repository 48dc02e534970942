/// Why there is no reply to a request, or no whole one.
///
/// A reply with an unsuccessful status is a reply and no error. Neither credentials nor the query of the URL are part of
/// the error, so it may be logged.
package struct CurlError: Error, CustomStringConvertible {
    /// The kinds of failure that a caller may want to answer differently.
    package enum Kind: Sendable, Equatable {
        /// The request cannot be sent as it is: its URL, its scheme or a header field.
        case invalidRequest

        /// The host's name has no address.
        case resolve

        /// The host could not be reached or refused the connection.
        case connect

        /// The connection could not be secured, or the host is not who it should be.
        case tls

        /// The connect timeout or the total deadline has passed.
        case timedOut

        /// No byte has moved for the stall timeout.
        case stalled

        /// The connection ended before the reply was complete.
        case truncated

        /// The body passes the request's `maximumResponseBytes`.
        case tooLarge

        /// The client was asked to stop, or a callback threw (`underlying`).
        case aborted

        /// What came is not the HTTP it should be.
        case protocolViolation

        /// Anything else, by curl's code.
        case other(Int32)
    }

    /// What kind of failure it was.
    package let kind: Kind

    /// The request's method and URL, without credentials, query and fragment.
    package let request: String

    /// The detail in words.
    package let message: String

    /// The status of the reply, if its head arrived before the failure.
    package let status: Int?

    /// What a callback threw to end the transfer.
    package let underlying: (any Error)?

    /// Whether the same request may succeed later, with nothing changed on this side.
    ///
    /// The request may have been carried out all the same; whether it is safe to send again is the caller's to know.
    package let isRetryable: Bool

    /// An error of `kind`; if `isRetryable` is nil, the kind decides.
    package init(
        kind: Kind,
        request: String,
        message: String,
        status: Int? = nil,
        underlying: (any Error)? = nil,
        isRetryable: Bool? = nil
    ) {
        self.kind = kind
        self.request = request
        self.message = message
        self.status = status
        self.underlying = underlying
        self.isRetryable = isRetryable ?? kind.isUsuallyRetryable
    }

    package var description: String {
        let head = status.map { " after the head of a \($0) reply" } ?? ""
        return "\(request): \(event)\(head) (\(message)). \(advice)"
    }

    private var event: String {
        switch kind {
        case .invalidRequest: "the request cannot be sent"
        case .resolve: "the host's name has no address"
        case .connect: "the host could not be reached"
        case .tls: "the connection could not be secured"
        case .timedOut: "the time was up"
        case .stalled: "nothing moved any more"
        case .truncated: "the connection ended before the reply was complete"
        case .tooLarge: "the reply is too large"
        case .aborted: "the transfer was stopped"
        case .protocolViolation: "the reply is not proper HTTP"
        case .other(let code): "the transfer failed with curl code \(code)"
        }
    }

    private var advice: String {
        switch kind {
        case .invalidRequest: "Correct the URL or the settings it is made from."
        case .resolve: "Check the host's name and this machine's name service."
        case .connect: "Check that the service runs there and that the network lets this machine through."
        case .tls: "Check the host's certificate, this machine's clock and the trusted certificates."
        case .timedOut, .stalled, .truncated: "Try again; if it goes on, check the network and the service."
        case .tooLarge: "Ask for less at once, or raise the limit."
        case .aborted: "Nothing needs to be done if this was meant."
        case .protocolViolation: "Check that the URL leads to the right service, and what stands in between."
        case .other: "If trying again does not help, check the service and the network."
        }
    }
}

extension CurlError.Kind {
    fileprivate var isUsuallyRetryable: Bool {
        switch self {
        case .resolve, .connect, .timedOut, .stalled, .truncated: true
        case .invalidRequest, .tls, .tooLarge, .aborted, .protocolViolation, .other: false
        }
    }
}
