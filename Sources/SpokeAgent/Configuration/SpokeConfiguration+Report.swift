package import JSON
internal import Presentation

extension SpokeConfiguration {
    /// The settings as people read them, one a line; with their origins where `hasOrigins`.
    package func text(hasOrigins: Bool) -> String {
        var table = TextTable(["setting", "value"] + (hasOrigins ? ["from"] : []))
        for setting in Setting.allCases where isShown(setting) {
            let entry = entries[setting]
            let origin = entry.map { $0.origin.text(of: setting) } ?? "not set"
            table.append([setting.rawValue, SpokeConfiguration.shown(entry?.value)] + (hasOrigins ? [origin] : []))
        }
        return table.text
    }

    /// The settings as programs read them: without origins what a configuration file could hold, with them an object for
    /// each setting.
    package func json(hasOrigins: Bool) -> JSONValue {
        .object(
            Setting.allCases.compactMap { setting in
                guard let entry = entries[setting] else { return nil }
                let value: JSONValue =
                    hasOrigins ? ["value": entry.value, "origin": entry.origin.json(of: setting)] : entry.value
                return JSONValue.Member(setting.rawValue, value)
            }
        )
    }

    /// Of the two ways to say which hub, the one that was used.
    private func isShown(_ setting: Setting) -> Bool {
        entries[setting] != nil || !setting.replaces.contains { entries[$0] != nil } && setting != .hubs
    }

    private static func shown(_ value: JSONValue?) -> String {
        switch value {
        case .string(let text): text
        case .array(let elements) where elements.allSatisfy({ $0.stringValue != nil }):
            elements.compactMap(\.stringValue).joined(separator: ", ")
        case nil: "-"
        case .some(let value): value.text
        }
    }
}
