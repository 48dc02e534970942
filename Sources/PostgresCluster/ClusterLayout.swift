import Glibc

/// The paths of a cluster, and the names by which it is reached.
struct ClusterLayout: Sendable {
    /// The directory that holds everything, absolute.
    let directory: String

    static let superuser = "tributary"
    static let database = "tributary"
    static let port = 5432
    /// What fits into a socket address, without the NUL at its end.
    static let longestSocketPath = 107

    /// Nil when there is no current directory to which a relative path could refer.
    init?(directory: String) {
        var path = directory
        if !path.hasPrefix("/") {
            guard let current = getcwd(nil, 0) else { return nil }
            defer { free(current) }
            path = String(cString: current) + "/" + path
        }
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        self.directory = path
    }

    var data: String { directory + "/postgres" }
    /// Where a new cluster is made before it gets its name.
    var unfinishedData: String { directory + "/postgres.new" }
    var socketDirectory: String { directory + "/run" }
    var socket: String { socketDirectory + "/.s.PGSQL.\(Self.port)" }
    var log: String { directory + "/postgres.log" }
    var lock: String { directory + "/cluster.lock" }
    var versionFile: String { data + "/PG_VERSION" }
    var postmasterFile: String { data + "/postmaster.pid" }
    var settingsFile: String { data + "/" + ClusterSettings.fileName }
    var mainSettingsFile: String { data + "/postgresql.conf" }

    /// The conninfo by which libpq reaches the cluster.
    ///
    /// It names everything that the environment of a program could otherwise redirect.
    var connectionString: String {
        let host = socketDirectory.reduce(into: "") { text, character in
            if character == "'" || character == "\\" { text.append("\\") }
            text.append(character)
        }
        return "host='\(host)' port=\(Self.port) dbname=\(Self.database) user=\(Self.superuser)"
    }

    /// Throws when the path cannot be a cluster's.
    func validate() throws(PostgresClusterError) {
        guard socket.utf8.count <= Self.longestSocketPath else {
            throw PostgresClusterError(
                .directory,
                "The path of the database socket, \(socket), has \(socket.utf8.count) bytes, and the system allows "
                    + "\(Self.longestSocketPath). Choose a data directory with a shorter path."
            )
        }
        // libpq would take a comma for the end of a host, and a line break ends a setting.
        guard !directory.utf8.contains(where: { $0 == UInt8(ascii: ",") || $0 < 0x20 }) else {
            throw PostgresClusterError(
                .directory,
                "The data directory \(directory) has a comma or a control character in its path. Choose another one."
            )
        }
    }
}
