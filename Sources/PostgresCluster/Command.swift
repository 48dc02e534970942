import Glibc

/// A program to run: where it is, with what arguments, and under which account.
struct Command: Sendable {
    var executable: String
    var arguments: [String]

    /// Variables that are passed on; everything else could change what PostgreSQL does.
    private static let inherited = ["PATH", "LD_LIBRARY_PATH", "LOCALE_ARCHIVE", "TZDIR", "ASAN_OPTIONS"]
    private static let usualDirectories = ["/usr/bin", "/bin", "/usr/sbin", "/sbin", "/run/current-system/sw/bin"]

    init(_ executable: String, _ arguments: [String]) {
        self.executable = executable
        self.arguments = arguments
    }

    /// A program that is found by its name.
    init(named name: String, _ arguments: [String], package: String) throws(PostgresClusterError) {
        let directories = Self.searchPath + Self.usualDirectories
        let found = directories.map { $0 + "/" + name }.first { (path: String) in access(path, X_OK) == 0 }
        guard let found else {
            throw PostgresClusterError(
                .notInstalled,
                "The program \(name) is needed and was not found. Install the package \(package)."
            )
        }
        self.init(found, arguments)
    }

    /// The directories of `PATH`.
    static var searchPath: [String] {
        guard let path = getenv("PATH") else { return [] }
        return String(cString: path).split(separator: ":").map(String.init)
    }

    /// The same program under an account; nil leaves this program's own.
    func run(as account: ClusterAccount?) throws(PostgresClusterError) -> Command {
        guard let account else { return self }
        let flags = ["--reuid=\(account.userID)", "--regid=\(account.groupID)", "--clear-groups", "--"]
        return try Command(named: "setpriv", flags + [executable] + arguments, package: "util-linux")
    }

    var environment: [String] {
        let passedOn = Self.inherited.compactMap { name -> String? in
            guard let value = getenv(name) else { return nil }
            return "\(name)=" + String(cString: value)
        }
        return passedOn + ["LC_ALL=C", "TZ=UTC"]
    }
}
