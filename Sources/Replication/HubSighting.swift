package import Federation

/// What is found where a hub should be.
package struct HubSighting: Sendable {
    /// How far a request came.
    package enum Outcome: Sendable {
        /// The host's name has no address.
        case unresolved(String)
        /// Nobody answers there.
        case unreachable(String)
        /// The connection cannot be secured.
        case insecure(String)
        /// The connection was made, and no whole answer came.
        case unanswered(String)
        /// Something answers that is no hub.
        case notAHub(String)
        /// The hub answers that it cannot, for now.
        case failing(String)
        /// The hub does not accept the token; with the stable code of its reason.
        case unauthorized(code: String?, String)
        case accepted(ManifestDocument)
    }

    package var outcome: Outcome
    /// The hub's clock when it answered, to the second.
    package var date: Timestamp?
    /// This machine's clock when the request was sent and when the answer was there.
    package var sentAt: Timestamp
    package var receivedAt: Timestamp

    package init(outcome: Outcome, date: Timestamp? = nil, sentAt: Timestamp, receivedAt: Timestamp) {
        self.outcome = outcome
        self.date = date
        self.sentAt = sentAt
        self.receivedAt = receivedAt
    }

    /// By how many seconds this machine's clock is ahead of the hub's, as far as a date to the second can tell; 0 where the
    /// two may be the same.
    package var clockAhead: Int64? {
        guard let date else { return nil }
        let second: Int64 = 1_000_000
        // The hub's clock was somewhere in the second that its date names, at some time between both of this machine's.
        let earliest = sentAt.microseconds - date.microseconds - second
        let latest = receivedAt.microseconds - date.microseconds
        if earliest > 0 { return earliest / second }
        return latest < 0 ? latest / second : 0
    }
}
