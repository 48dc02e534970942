/// That a rule found something, and where; never what.
package struct GuardFinding: Sendable, Equatable {
    /// The ``GuardRule/id`` of the rule.
    package var rule: String
    package var outcome: GuardOutcome
    /// A JSON pointer from the pattern's record, as `/id` or `/payload/description`.
    ///
    /// A name in which something was found stands in it with a placeholder.
    package var place: String
    /// How many there are at this place.
    package var count: Int

    package init(rule: String, outcome: GuardOutcome, place: String, count: Int) {
        self.rule = rule
        self.outcome = outcome
        self.place = place
        self.count = count
    }
}

/// What the guard says of one pattern.
package struct Inspection: Sendable, Equatable {
    /// What may leave.
    package enum Outcome: Sendable, Equatable {
        /// Everything, as it is.
        case clean
        /// The pattern with this canonical payload, and without its vector, which tells what the text was.
        case redacted([UInt8])
        /// Nothing.
        case blocked
    }

    package var outcome: Outcome
    /// In the order in which they stand in the pattern.
    package var findings: [GuardFinding]

    package init(outcome: Outcome, findings: [GuardFinding]) {
        self.outcome = outcome
        self.findings = findings
    }
}

/// One secret in a text: where it stands, and which rule says so.
package struct SecretPlace: Sendable, Equatable {
    /// The ``GuardRule/id`` of the rule.
    package var rule: String
    package var outcome: GuardOutcome
    /// The bytes of the text that are the secret.
    package var range: Range<Int>
}
