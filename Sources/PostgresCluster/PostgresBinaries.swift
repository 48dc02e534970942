import Glibc

/// The programs of one installed version of PostgreSQL.
package struct PostgresBinaries: Hashable, Sendable {
    /// The directory that holds `postgres` and `initdb`.
    package let directory: String
    /// The major version.
    package let majorVersion: Int

    /// The oldest version that will do.
    package static let oldestVersion = 15

    var server: String { directory + "/postgres" }
    var initializer: String { directory + "/initdb" }

    /// The installed PostgreSQL to use.
    ///
    /// Looks in `PATH`, in Debian's, Red Hat's and NixOS' places, and takes the first that is new enough; with
    /// `matching`, only that major version will do, because a cluster belongs to the version that made it.
    package static func find(matching version: Int? = nil) throws(PostgresClusterError) -> PostgresBinaries {
        let installed = candidates().compactMap(PostgresBinaries.init(directory:))
        if let version {
            if let match = installed.first(where: { $0.majorVersion == version }) { return match }
            let found = installed.map { "\($0.majorVersion) in \($0.directory)" }.joined(separator: ", ")
            throw PostgresClusterError(
                .notInstalled,
                "The cluster was made by PostgreSQL \(version), which is not installed (found: "
                    + "\(found.isEmpty ? "none" : found)). Install it (on Debian: apt-get install postgresql-\(version)), "
                    + "or upgrade the cluster with pg_upgrade."
            )
        }
        guard let newest = installed.first(where: { $0.majorVersion >= oldestVersion }) else {
            throw PostgresClusterError(
                .notInstalled,
                "PostgreSQL \(oldestVersion) or newer was not found. Install it (on Debian: apt-get install "
                    + "postgresql), put its programs into PATH, or name the URL of a database."
            )
        }
        return newest
    }

    /// Nil unless both programs are there and say a version.
    private init?(directory: String) {
        guard access(directory + "/initdb", X_OK) == 0, let version = Self.version(of: directory + "/postgres") else {
            return nil
        }
        self.directory = directory
        majorVersion = version
    }

    /// Directories that hold a `postgres`, each once, in the order in which they are tried.
    private static func candidates() -> [String] {
        var directories = Command.searchPath
        let versions = FileSystem.entries(of: "/usr/lib/postgresql").compactMap(Int.init).sorted(by: >)
        directories += versions.map { "/usr/lib/postgresql/\($0)/bin" }
        let releases = FileSystem.entries(of: "/usr").filter { $0.hasPrefix("pgsql-") }
        let numbers = releases.compactMap { Int($0.dropFirst("pgsql-".count)) }.sorted(by: >)
        directories += numbers.map { "/usr/pgsql-\($0)/bin" }
        directories.append("/run/current-system/sw/bin")
        var found: [String] = []
        for directory in directories where directory.hasPrefix("/") {
            // The programs find their files beside themselves, so a link to one of them is followed to its place.
            guard access(directory + "/postgres", X_OK) == 0,
                let resolved = FileSystem.resolved(directory + "/postgres"),
                let slash = resolved.lastIndex(of: "/")
            else { continue }
            let place = String(resolved[..<slash])
            if !found.contains(place) { found.append(place) }
        }
        return found
    }

    /// The major version that a server program prints, as in `postgres (PostgreSQL) 15.18 (Debian …)`.
    private static func version(of program: String) -> Int? {
        // The shell that popen starts is given the path in quotes.
        guard !program.contains("'"), let pipe = popen("'\(program)' --version", "re") else { return nil }
        defer { pclose(pipe) }
        var line = [CChar](repeating: 0, count: 256)
        guard fgets(&line, Int32(line.count), pipe) != nil else { return nil }
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard let start = text.firstRange(of: "(PostgreSQL) ") else { return nil }
        return Int(text[start.upperBound...].prefix { $0.isNumber })
    }
}
