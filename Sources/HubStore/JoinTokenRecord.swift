package import Federation

/// A join token as the hub keeps it.
package struct JoinTokenRecord: Sendable, Equatable {
    /// What can become of it.
    package enum State: String, Sendable {
        case open, used, expired, withdrawn
    }

    /// The public part of the token.
    package var id: String
    /// The only name that it may enrol; `nil` where any will do.
    package var node: NodeName?
    package var role: NodeRole
    package var createdAt: Timestamp
    package var expiresAt: Timestamp
    package var withdrawnAt: Timestamp?
    package var usedAt: Timestamp?
    package var usedBy: NodeName?

    /// What became of it by `now`.
    package func state(at now: Timestamp) -> State {
        if usedAt != nil { return .used }
        if withdrawnAt != nil { return .withdrawn }
        return expiresAt < now ? .expired : .open
    }
}
