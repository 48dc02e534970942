package import Digest

/// Decides what of a pattern may leave the machine.
///
/// It has no switch that turns it off, only rules that can be judged otherwise one by one. One guard serves any number of
/// threads.
package final class EgressGuard: Sendable {
    /// Grows whenever the rules find anything else than before: what was read with older rules is read again.
    package static let rulesRevision = 2

    /// The guard as it comes, for whoever set nothing.
    package static let standard = EgressGuard(rules: GuardRule.standard, allowed: [])

    /// The rules that look, with what becomes of what they find.
    package let rules: [(rule: GuardRule, outcome: GuardOutcome)]
    /// A digest over everything that decides what is found.
    package let version: SHA256Digest

    let detectors: [Detector]
    /// For each detector the position of its rule.
    let owners: [Int]
    /// For each detector whether it makes something of a member's name.
    let readsNames: [Bool]
    let anchors: AnchorTable
    let allowed: Set<AllowedSecret>

    /// The guard with the owner's settings; throws ``GuardSettingsError`` where they name a rule that does not exist or
    /// a host name too short to tell anything.
    package convenience init(_ settings: GuardSettings) throws(GuardSettingsError) {
        let named = Array(settings.outcomes.keys) + settings.disabled + settings.allowed.map(\.rule)
        let known = GuardRule.standard.map(\.id)
        for name in named.sorted() where !known.contains(name) {
            throw GuardSettingsError(
                description: "the guard has no rule \(name); see the names with: tributary-spoke guard rules"
            )
        }
        for name in settings.hostNames where name.utf8.count < EgressGuard.leastHostName {
            throw GuardSettingsError(
                description: "the host name \"\(name)\" is too short to be told from other words: give at least"
                    + " \(EgressGuard.leastHostName) characters"
            )
        }
        let rules = GuardRule.standard.map { rule in
            guard rule.id == GuardRule.hostName else { return rule }
            let names = settings.hostNames.map { name in
                Detector(.folded(String(decoding: name.utf8.map(Fold.lower), as: UTF8.self)), HostName())
            }
            return GuardRule(rule.id, rule.outcome, rule.what, names)
        }
        self.init(rules: rules, settings)
    }

    private static let leastHostName = 3

    convenience init(rules: [GuardRule], allowed: Set<AllowedSecret>) {
        self.init(rules: rules, GuardSettings(allowed: allowed))
    }

    private init(rules: [GuardRule], _ settings: GuardSettings) {
        var active: [(rule: GuardRule, outcome: GuardOutcome)] = []
        var detectors: [Detector] = []
        var owners: [Int] = []
        for rule in rules where !settings.disabled.contains(rule.id) {
            owners += Array(repeating: active.count, count: rule.detectors.count)
            detectors += rule.detectors
            active.append((rule, settings.outcomes[rule.id] ?? rule.outcome))
        }
        self.rules = active
        self.detectors = detectors
        self.owners = owners
        readsNames = detectors.map { $0.recognizer.readsNames }
        anchors = AnchorTable(detectors)
        allowed = settings.allowed
        version = EgressGuard.version(active, settings)
    }

    private static func version(
        _ rules: [(rule: GuardRule, outcome: GuardOutcome)],
        _ settings: GuardSettings
    ) -> SHA256Digest {
        let hasher = SHA256()
        hasher.update("guard \(rulesRevision)\n")
        for (rule, outcome) in rules { hasher.update("\(rule.id) \(outcome.rawValue)\n") }
        for entry in settings.allowed.map(\.description).sorted() { hasher.update("allow \(entry)\n") }
        for name in settings.hostNames.sorted() { hasher.update("host \(name)\n") }
        return hasher.finish()
    }
}
