package import JSON

/// All settings as they came together: the machine's file, the user's, the environment, the command line, each
/// replacing what the one before has of a setting.
package struct SpokeConfiguration: Sendable, Equatable {
    /// The value of a setting, and where it comes from.
    package struct Entry: Sendable, Equatable {
        package var value: JSONValue
        package var origin: SettingOrigin
        /// Grows with each layer.
        var rank: Int
    }

    package private(set) var entries: [Setting: Entry] = [:]
    /// The configuration files that were read, in the order in which they count.
    package private(set) var files: [String] = []
    /// Those that were looked for and are not there.
    package private(set) var absentFiles: [String] = []
    /// Where a person would write what is missing; `nil` where nothing tells.
    private(set) var writableFile: String?

    /// The settings of `layers`, of which later ones replace earlier ones.
    package init(_ layers: [SettingsLayer]) {
        for (rank, layer) in layers.enumerated() {
            for (setting, value) in layer.values {
                for other in setting.replaces { entries[other] = nil }
                entries[setting] = Entry(value: value, origin: layer.origin, rank: rank)
            }
        }
        for setting in [Setting.hubs, .pullFrom] {
            guard let entry = entries[setting], case .array(let hubs) = entry.value else { continue }
            let used = JSONValue.array(hubs.map { overruled($0, entry.rank) })
            entries[setting]?.value = used
        }
    }

    /// A hub of a list with the layer `rank`, with what later layers set for all hubs in place of its own.
    private func overruled(_ hub: JSONValue, _ rank: Int) -> JSONValue {
        guard case .object(let members) = hub else { return hub }
        return .object(
            members.map { member in
                let common = [Setting.node, .tokenFile, .caFile].first { $0.rawValue == member.name }
                guard let entry = common.flatMap({ entries[$0] }), entry.rank > rank else { return member }
                return JSONValue.Member(member.name, entry.value)
            }
        )
    }

    /// Reads what is set around a program and by `options`, what its command line gave.
    ///
    /// `file`, or else the variable `TRIBUTARY_CONFIG`, names the one file to be read in place of the usual ones; it has to
    /// be there. Throws ``SpokeError``.
    package static func load(
        _ options: [Setting: JSONValue],
        file: String?,
        _ surroundings: Surroundings
    ) throws(SpokeError) -> SpokeConfiguration {
        var layers = [standard(surroundings)]
        if let credential = surroundings.credential {
            layers.append(SettingsLayer(.credential(credential.folder), [.tokenFile: .string(credential.path)]))
        }
        var absent: [String] = []
        let (paths, isChosen) = paths(file, surroundings)
        for path in paths {
            if let layer = try SettingsLayer.file(path, surroundings) {
                layers.append(layer)
            } else if isChosen {
                throw SpokeError(
                    .configuration,
                    "the configuration file \(path) does not exist; check"
                        + " \(file == nil ? Surroundings.fileVariable : "--config")"
                )
            } else {
                absent.append(path)
            }
        }
        layers.append(try SettingsLayer.environment(surroundings))
        layers.append(SettingsLayer(.commandLine, options))
        var configuration = SpokeConfiguration(layers)
        configuration.files = layers.compactMap { if case .file(let path) = $0.origin { path } else { nil } }
        configuration.absentFiles = absent
        configuration.writableFile =
            configuration.files.last ?? (surroundings.isAdministrator ? nil : surroundings.userFile) ?? paths.first
        return configuration
    }

    /// The configuration files to be read, and whether they were asked for.
    package static func paths(_ file: String?, _ surroundings: Surroundings) -> (paths: [String], isChosen: Bool) {
        if let chosen = file ?? surroundings[Surroundings.fileVariable] { return ([chosen], true) }
        return ([surroundings.systemFile] + [surroundings.userFile].compactMap { $0 }, false)
    }

    private static func standard(_ surroundings: Surroundings) -> SettingsLayer {
        var layer = SettingsLayer(.standard)
        layer.values[.state] = surroundings.standardState.map { .string($0) }
        if let token = surroundings.enrolledToken, FileFingerprint(path: token) != nil {
            layer.values[.tokenFile] = .string(token)
        }
        layer.values[.vectors] = false
        layer.values[.syncInterval] = .integer(Int64(SyncInterval.standard.seconds))
        return layer
    }
}
