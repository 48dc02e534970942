internal import Federation

/// Keeps secrets and personal data from leaving this machine.
package struct ContentGuard: Sendable {
    /// In what form a pattern may leave.
    enum Passage {
        case asIs
        /// With placeholders in place of what the rules named found.
        case redacted(payload: [UInt8], rules: [String])
        /// Not at all, because of the rules named.
        case blocked(rules: [String])
    }

    package init() {}

    /// The same key, the same answers.
    var key: String { "none" }

    /// In what form a pattern with this canonical payload may leave; everything that would be sent of it is looked at.
    func inspect(_ id: PatternID, payload: [UInt8], vectorModel: String?) -> Passage {
        .asIs
    }
}
