internal import Egress
internal import JSON
internal import Presentation
internal import Settings

/// The guard's part of the settings, read strictly; it throws `InvalidSetting`.
enum GuardSettingText {
    private static let keys = ["outcomes", "allow", "hostnames"]
    private static let off = "off"
    /// Entries that one list may have.
    private static let greatestList = 10_000

    /// What `node` spells, checked, as it is kept.
    static func value(_ node: JSONNode) throws -> JSONValue {
        let settings = try settings(node)
        do throws(GuardSettingsError) { _ = try EgressGuard(settings) } catch {
            throw InvalidSetting(description: "cannot be used: \(error)\(suggestion(settings))")
        }
        let judged = settings.outcomes.mapValues(\.rawValue).merging(settings.disabled.map { ($0, off) }) { $1 }
        let outcomes = judged.sorted { $0.key < $1.key }.map { JSONValue.Member($0.key, .string($0.value)) }
        return .object([
            .init("outcomes", .object(outcomes)),
            .init("allow", .array(settings.allowed.map(\.description).sorted().map { .string($0) })),
            .init("hostnames", .array(settings.hostNames.sorted().map { .string($0) })),
        ])
    }

    /// Which rule may be meant by the first that there is not.
    private static func suggestion(_ settings: GuardSettings) -> String {
        let known = GuardRule.standard.map(\.id)
        let unknown = (Array(settings.outcomes.keys) + settings.disabled).sorted().first { !known.contains($0) }
        return unknown.flatMap { Suggestion.nearest(to: $0, among: known) }.map { "; did you mean '\($0)'?" } ?? ""
    }

    /// The settings that ``value(_:)`` kept.
    static func settings(of value: JSONValue) throws -> GuardSettings {
        try settings(JSONDocument(parsing: value.bytes).root)
    }

    private static func settings(_ node: JSONNode) throws -> GuardSettings {
        let members = try ConfigurationMembers(node, keys: keys, place: "guard.")
        var settings = GuardSettings()
        for (rule, outcome) in try outcomes(members["outcomes"]) {
            if outcome == off {
                settings.disabled.insert(rule)
            } else if let judged = GuardOutcome(rawValue: outcome) {
                settings.outcomes[rule] = judged
            } else {
                let known = GuardOutcome.allCases.map(\.rawValue) + [off]
                let nearest = Suggestion.nearest(to: outcome, among: known).map { "; did you mean '\($0)'?" } ?? ""
                throw InvalidSetting(
                    description: "'guard.outcomes.\(rule)' is none of \(known.joined(separator: ", "))\(nearest)"
                )
            }
        }
        let entries = try members.strings("allow") ?? []
        let names = try members.strings("hostnames") ?? []
        guard entries.count <= greatestList, names.count <= greatestList else {
            throw InvalidSetting(description: "has lists of more than \(greatestList) elements")
        }
        for (index, text) in entries.enumerated() {
            guard let entry = AllowedSecret(text) else {
                throw InvalidSetting(
                    description: "'guard.allow[\(index)]' is no RULE:SHA256 as 'tributary-spoke guard check' prints it"
                )
            }
            settings.allowed.insert(entry)
        }
        settings.hostNames = names
        return settings
    }

    private static func outcomes(_ node: JSONNode?) throws -> [(String, String)] {
        guard let node else { return [] }
        guard node.kind == .object else { throw InvalidSetting(description: "'guard.outcomes' is no object") }
        return try node.members.map { name, value in
            guard let outcome = value.string else {
                throw InvalidSetting(description: "'guard.outcomes.\(name)' is no text")
            }
            return (name, outcome)
        }
    }
}

extension SpokeConfiguration {
    /// The guard as it is set; throws ``SpokeError``, which says where.
    package func contentGuard() throws(SpokeError) -> ContentGuard {
        guard let entry = entries[.contentGuard] else { return ContentGuard() }
        do {
            return ContentGuard(try EgressGuard(GuardSettingText.settings(of: entry.value)))
        } catch {
            throw SpokeError(.configuration, "\(origin(of: .contentGuard)): \(error)")
        }
    }
}
