package import Digest

/// What a machine's owner decided about the guard.
package struct GuardSettings: Sendable, Equatable {
    /// What is to become of what a rule finds, by the rule's id; rules that are not named keep their own outcome.
    package var outcomes: [String: GuardOutcome]
    /// Rules that are not to look at all, by their ids.
    package var disabled: Set<String>
    /// What is known and may leave.
    package var allowed: Set<AllowedSecret>
    /// Names of machines that are not to leave, whole and in any case.
    package var hostNames: [String]

    package init(
        outcomes: [String: GuardOutcome] = [:],
        disabled: Set<String> = [],
        allowed: Set<AllowedSecret> = [],
        hostNames: [String] = []
    ) {
        self.outcomes = outcomes
        self.disabled = disabled
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
