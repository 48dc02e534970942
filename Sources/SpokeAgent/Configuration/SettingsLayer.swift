package import JSON
internal import Settings

/// What one place sets: a file, the environment, the command line.
package struct SettingsLayer: Sendable, Equatable {
    package var origin: SettingOrigin
    package var values: [Setting: JSONValue]

    package init(_ origin: SettingOrigin, _ values: [Setting: JSONValue] = [:]) {
        self.origin = origin
        self.values = values
    }

    /// The settings by name, for people.
    package var text: String {
        let names = Setting.allCases.filter { values[$0] != nil }.map(\.rawValue)
        return names.isEmpty ? "nothing" : names.joined(separator: ", ")
    }

    /// Whether there is a file at `path`, whatever is in it.
    package static func isThere(_ path: String) -> Bool { FileFingerprint(path: path) != nil }

    /// What the configuration file at `path` sets; `nil` where there is none.
    ///
    /// Throws ``SpokeError``, which names the file and the place in it.
    package static func file(_ path: String, _ surroundings: Surroundings) throws(SpokeError) -> SettingsLayer? {
        do {
            guard let text = try SettingsFile.read(path) else { return nil }
            let slash = path.lastIndex(of: "/")
            let folder = slash.map { String(path[..<$0]) }
            let values = try read(text, SettingReader(base: folder, home: surroundings.home))
            return SettingsLayer(.file(path), values)
        } catch {
            throw SpokeError(.configuration, "the configuration file \(path): \(error)")
        }
    }

    private static func read(_ text: [UInt8], _ reader: SettingReader) throws -> [Setting: JSONValue] {
        let root: JSONNode
        do throws(JSONError) { root = try JSONDocument(parsing: text).root } catch {
            let slip = JSONSlip.advice(error, in: text).map { "; \($0)" } ?? ""
            throw InvalidSetting(description: place(of: error, in: text) + error.message + slip)
        }
        let members = try ConfigurationMembers(
            root,
            keys: Setting.allCases.map(\.rawValue),
            place: "",
            spelling: Setting.key(spelled:),
            advice: Setting.refusedKeys
        )
        var values: [Setting: JSONValue] = [:]
        for setting in Setting.allCases {
            guard let node = members[setting.rawValue] else { continue }
            values[setting] = try named(setting.rawValue) { try reader.value(of: setting, node) }
        }
        if let other = values.keys.first(where: { $0.replaces.contains { values[$0] != nil } }) {
            throw InvalidSetting(
                description: "'\(Setting.hub.rawValue)' and '\(Setting.hubs.rawValue)' are both there; list all hubs in"
                    + " '\(other.rawValue == "hub" ? other.replaces[0].rawValue : other.rawValue)', the preferred one first"
            )
        }
        return values
    }

    /// Where reading stopped, as editors count it.
    private static func place(of error: JSONError, in text: [UInt8]) -> String {
        guard let offset = error.offset, offset <= text.count else { return "" }
        let newline = UInt8(ascii: "\n")
        return "line \(1 + text[..<offset].count { $0 == newline }): "
    }

    /// Calls `body`, whose error is one of the setting called `name`, unless it says so itself.
    private static func named<Value>(_ name: String, _ body: () throws -> Value) throws -> Value {
        do { return try body() } catch let error as InvalidSetting {
            if error.description.hasPrefix("'\(name)") { throw error }
            throw InvalidSetting(description: "'\(name)': \(error)")
        }
    }

    /// What environment variables set; throws ``SpokeError``, which names the variable.
    package static func environment(_ surroundings: Surroundings) throws(SpokeError) -> SettingsLayer {
        let reader = SettingReader(base: nil, home: surroundings.home)
        var values: [Setting: JSONValue] = [:]
        for setting in Setting.allCases {
            guard let text = surroundings[setting.variable] else { continue }
            do { values[setting] = try reader.value(of: setting, text: text) } catch {
                throw SpokeError(.configuration, "the environment variable \(setting.variable): \(error)")
            }
        }
        if values[.hub] != nil, values[.hubs] != nil {
            throw SpokeError(
                .configuration,
                "\(Setting.hub.variable) and \(Setting.hubs.variable) are both set; unset one of them"
            )
        }
        for key in Setting.refusedKeys.keys {
            let variable = Surroundings.prefix + key.uppercased()
            if surroundings[variable] != nil {
                throw SpokeError(
                    .configuration,
                    "the environment variable \(variable) is not read, and whoever sees this process could: unset it, write"
                        + " the \(key) into a file, and name that in \(Setting.tokenFile.variable)"
                )
            }
        }
        return SettingsLayer(.environment, values)
    }
}
