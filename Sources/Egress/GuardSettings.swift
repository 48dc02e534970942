package import Digest

/// What a machine's owner decided about the guard.
package struct GuardSettings: Sendable, Equatable {
    /// What is to become of what a rule finds, by the rule's id.
    ///
    /// `nil` is for a rule that is not to look at all. Rules that are not named keep their own outcome.
    package var outcomes: [String: GuardOutcome?]
    /// What is known and may leave.
    package var allowed: Set<AllowedSecret>
    /// Names of machines that are not to leave, whole and in any case.
    package var hostNames: [String]

    package init(
        outcomes: [String: GuardOutcome?] = [:],
        allowed: Set<AllowedSecret> = [],
        hostNames: [String] = []
    ) {
        self.outcomes = outcomes
        self.allowed = allowed
        self.hostNames = hostNames
    }
}

/// One text that one rule is to let through, by its digest: the list of what may leave must not tell it.
package struct AllowedSecret: Sendable, Hashable, CustomStringConvertible {
    package var rule: String
    /// Over the bytes that the rule found.
    package var digest: SHA256Digest

    package init(rule: String, digest: SHA256Digest) {
        self.rule = rule
        self.digest = digest
    }

    /// Reads `RULE:SHA256`; `nil` where `text` is none.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let digest = SHA256Digest(hex: String(parts[1])) else { return nil }
        self.init(rule: String(parts[0]), digest: digest)
    }

    package var description: String { "\(rule):\(digest.hex)" }
}

/// Settings that name something the guard does not have.
package struct GuardSettingsError: Error, Sendable, Equatable, CustomStringConvertible {
    package var description: String
}
