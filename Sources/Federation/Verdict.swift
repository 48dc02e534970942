/// What became of one pushed item.
package enum Verdict: Sendable, Equatable {
    /// Kept as its origin's current statement.
    case accepted
    /// The hub has exactly this already.
    case unchanged
    /// The hub has a newer statement of the same origin.
    case stale
    /// Not kept as a contribution; the reason stays with the item in quarantine.
    case refused(Refusal)
}

/// Why an item was refused.
package struct Refusal: Error, Sendable, Equatable {
    package var code: RefusalCode
    /// What is wrong with this item, for the person who sent it.
    package var detail: String
    /// Whether the item's text may be kept in quarantine; not where it is to be erased.
    package var keepsText = true

    package init(_ code: RefusalCode, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    static func originLeftOut(_ origin: NodeName) -> Refusal {
        Refusal(
            .originLeftOut,
            "what \(origin) said under this enrolment is left out on this hub, because its operator revoked it"
        )
    }

    static func revisionFork(_ current: ContributionVersion) -> Refusal {
        Refusal(
            .revisionFork,
            "revision \(current.revision) of this pattern was sent before with other content; two machines share this"
                + " node's token, or its clock and state were set back: give each machine a node of its own"
        )
    }
}

/// The stable codes of refusals.
package enum RefusalCode: String, Sendable, CaseIterable {
    /// Not one JSON object: a syntax error, duplicate names, malformed UTF-8.
    case malformedJSON = "malformed-json"
    /// A string holds U+0000.
    case nulNotAllowed = "nul-not-allowed"
    /// Nested deeper than ``Limits/payloadDepth``.
    case tooDeep = "too-deep"
    /// A number that readers of JSON disagree about.
    case numberNotInteroperable = "number-not-interoperable"
    /// Longer than ``Limits/itemBytes``.
    case itemTooLarge = "item-too-large"
    /// No id, or one that is no pattern id.
    case idInvalid = "id-invalid"
    /// No payload, or one that is no object.
    case payloadInvalid = "payload-invalid"
    /// The collection's value rule finds no number in 0...1.
    case valueOutOfRange = "value-out-of-range"
    /// A time more than ``Limits/clockAheadSeconds`` ahead of the hub's clock.
    case clockAhead = "clock-ahead"
    /// A revision that is no positive integer.
    case revisionInvalid = "revision-invalid"
    /// The same revision with other content.
    case revisionFork = "revision-fork"
    /// The checksum sent with the item is not that of its content.
    case checksumMismatch = "checksum-mismatch"
    /// A vector that cannot be stored.
    case vectorInvalid = "vector-invalid"
    /// A spoke speaks for itself alone.
    case originNotPermitted = "origin-not-permitted"
    /// A hub passed on an item without saying whose it is, or without its number or checksum.
    case relayIncomplete = "relay-incomplete"
    /// A relayed item passed through more than ``Limits/pathLength`` hubs.
    case pathTooLong = "path-too-long"
    /// A relayed item of an origin that was revoked here and whose statements are left out.
    case originLeftOut = "origin-left-out"
    /// A member that this version of the protocol does not know.
    case memberUnknown = "member-unknown"
    /// An operator retracted this pattern or content.
    case retracted = "retracted"

    /// Whether the same item may be accepted later without being changed.
    package var isRetryable: Bool {
        self == .clockAhead
    }
}
