import Glibc
internal import Presentation

/// What a program finds around it when it is started, as far as settings depend on it.
package struct Surroundings: Sendable {
    /// The environment variables.
    package var environment: [String: String]
    package var isAdministrator: Bool
    /// The machine's configuration file.
    package var systemFile: String

    package init(
        environment: [String: String],
        isAdministrator: Bool = false,
        systemFile: String = Surroundings.systemFile
    ) {
        self.environment = environment
        self.isAdministrator = isAdministrator
        self.systemFile = systemFile
    }

    /// Where the machine's configuration file is.
    package static let systemFile = "/etc/tributary/spoke.json"
    /// Where the state of a spoke of the whole machine is.
    static let systemState = "/var/lib/tributary-spoke"
    /// Names the configuration file to be read in place of the usual ones.
    package static let fileVariable = "TRIBUTARY_CONFIG"
    /// Begins the names of all variables that set something.
    static let prefix = "TRIBUTARY_"
    private static let greatestEnvironment = 4 * 1024 * 1024

    /// The surroundings of this process.
    package static var present: Surroundings {
        var environment: [String: String] = [:]
        // As it was when the program was started, which is what settings are about.
        for entry in words(of: "/proc/self/environ") {
            let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            environment[String(parts[0])] = String(parts[1])
        }
        return Surroundings(environment: environment, isAdministrator: geteuid() == 0)
    }

    /// Variables that set nothing and look as if they were meant to, each with the one that may be meant.
    var misspelledVariables: [(name: String, nearest: String)] {
        let refused = Setting.refusedKeys.keys.map { Surroundings.prefix + $0.uppercased() }
        let known = Setting.allCases.map(\.variable) + [Surroundings.fileVariable]
        // What all begin with says nothing about what was meant.
        let rests = known.map { String($0.dropFirst(Surroundings.prefix.count)) }
        return environment.keys.sorted().compactMap { name in
            guard name.hasPrefix(Surroundings.prefix), !known.contains(name), !refused.contains(name),
                let nearest = Suggestion.nearest(to: String(name.dropFirst(Surroundings.prefix.count)), among: rests)
            else { return nil }
            return (name, Surroundings.prefix + nearest)
        }
    }

    /// What is worth a warning before anything is done.
    package var warnings: [String] {
        misspelledVariables.map { "the environment variable \($0) sets nothing; was \($1) meant?" }
    }

    /// A variable that is set to something.
    subscript(name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// The user's own folder; `nil` where nothing tells.
    var home: String? { self["HOME"] }

    /// The user's configuration file; `nil` where nothing tells where it would be.
    package var userFile: String? {
        folder("XDG_CONFIG_HOME", else: "/.config").map { "\($0)/tributary/spoke.json" }
    }

    /// Where `enroll` keeps this node's token where nothing says otherwise; `nil` where nothing tells.
    package var enrolledToken: String? {
        folder("XDG_CONFIG_HOME", else: "/.config").map { "\($0)/tributary/token" }
    }

    /// The folder for the state where none is set; `nil` where nothing tells.
    var standardState: String? {
        // Folders that a service manager prepared are separated by colons.
        if let prepared = self["STATE_DIRECTORY"]?.split(separator: ":").first { return String(prepared) }
        if isAdministrator, self["XDG_STATE_HOME"] == nil { return Surroundings.systemState }
        return folder("XDG_STATE_HOME", else: "/.local/state").map { "\($0)/tributary" }
    }

    /// The token that the service manager handed over, where it did.
    var credential: (folder: String, path: String)? {
        guard let folder = self["CREDENTIALS_DIRECTORY"] else { return nil }
        let path = "\(folder)/token"
        return FileFingerprint(path: path) == nil ? nil : (folder, path)
    }

    private func folder(_ variable: String, else rest: String) -> String? {
        // What is no absolute path is to be ignored there.
        if let folder = self[variable], folder.hasPrefix("/") { return folder }
        return home.map { $0 + rest }
    }

    private static func words(of path: String) -> [String] {
        guard let file = try? SettingsFile.bytes(of: path, limit: greatestEnvironment) else { return [] }
        return file.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }
}
