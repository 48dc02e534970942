/// Why a node and a hub could not do what they were about to do.
///
/// Neither token nor content is part of it, so it may be logged.
package struct ReplicationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of failure that a caller may want to answer differently.
    package enum Kind: Sendable, Equatable {
        /// No answer, or no whole one: the network, the host, a deadline.
        case unreachable
        /// The hub asked to come back later, or failed.
        case overloaded
        /// The hub does not accept who is asking.
        case unauthorized
        /// The connection cannot be secured, or the settings of the request cannot be used.
        case configuration
        /// What answered does not speak the protocol.
        case notAHub
        /// A push has to be smaller.
        case tooLarge
        /// The cursor belongs to a history that the hub no longer has.
        case cursorReset
        /// The cursor is too old, or the hub cannot read it.
        case cursorUnusable
        /// The hub refused the request as such, with this status.
        case refused(status: Int)
        /// What came is not what its digests say.
        case integrity
        /// This program was asked to stop.
        case stopped
    }

    /// What kind of failure it was.
    package var kind: Kind
    /// What happened, to what, and what to do next.
    package var description: String
    /// How long the hub asked to wait.
    package var retryAfter: Duration?
    /// The stable code of the hub's problem, where it gave one.
    package var code: String?

    package init(_ kind: Kind, _ description: String, retryAfter: Duration? = nil, code: String? = nil) {
        self.kind = kind
        self.description = description
        self.retryAfter = retryAfter
        self.code = code
    }

    /// Whether the same request may succeed later; it is always safe to send it again.
    package var isRetryable: Bool {
        kind == .unreachable || kind == .overloaded
    }
}
