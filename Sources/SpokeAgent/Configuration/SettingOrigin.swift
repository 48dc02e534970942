internal import JSON

/// Where the value of a setting comes from; a later case replaces an earlier one.
package enum SettingOrigin: Sendable, Equatable {
    /// What holds where nothing is set.
    case standard
    /// A credential that the service manager handed over, in this folder.
    case credential(String)
    /// A configuration file, by its path.
    case file(String)
    case environment
    case commandLine

    /// The origin of `setting` as people read it.
    package func text(of setting: Setting) -> String {
        switch self {
        case .standard: "default"
        case .credential(let folder): "credential of the service manager in \(folder)"
        case .file(let path): path
        case .environment: setting.variable
        case .commandLine: setting.option ?? "command line"
        }
    }

    /// The origin of `setting` as programs read it.
    func json(of setting: Setting) -> JSONValue {
        switch self {
        case .standard: ["kind": "default"]
        case .credential(let folder): ["kind": "credential", "folder": .string(folder)]
        case .file(let path): ["kind": "file", "path": .string(path)]
        case .environment: ["kind": "environment", "variable": .string(setting.variable)]
        case .commandLine: ["kind": "option", "option": .string(setting.option ?? "")]
        }
    }
}
