import Glibc

/// A private PostgreSQL cluster in a directory, for a program that was given no database.
///
/// It listens on a Unix socket only, in a directory that nobody but the server's account may enter. Exactly one
/// process runs it at a time. It is made to survive every kind of interruption: a start repairs what the last run
/// left, whether that was a half-made cluster, a server without its program, or a program without its server.
package actor PostgresCluster {
    private nonisolated let executor = ClusterExecutor()
    let layout: ClusterLayout
    let configuration: ClusterConfiguration
    let log: ServerLog
    var lock: ClusterLock?
    var server: RunningServer?

    /// The queue on which the cluster's waits happen.
    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    /// The conninfo by which libpq reaches the cluster, as its superuser.
    package nonisolated let connectionString: String

    /// A cluster in `directory`, which is made when it is missing; nothing is started yet.
    ///
    /// Throws when the path cannot hold a cluster.
    package init(
        directory: String,
        configuration: ClusterConfiguration = ClusterConfiguration()
    ) throws(PostgresClusterError) {
        guard let layout = ClusterLayout(directory: directory) else {
            throw FileSystem.failure("The data directory \(directory) is relative to a directory that is gone")
        }
        try layout.validate()
        self.layout = layout
        self.configuration = configuration
        log = ServerLog(path: layout.log)
        connectionString = layout.connectionString
    }

    /// Whether there is a cluster in `directory`, running or not.
    package static func exists(in directory: String) -> Bool {
        access(directory + "/postgres/PG_VERSION", F_OK) == 0
    }

    /// Whether this user may not look for a cluster in `directory`.
    package static func isForbidden(in directory: String) -> Bool {
        access(directory + "/postgres/PG_VERSION", F_OK) != 0 && errno == EACCES
    }

    /// Whether a server of this cluster runs under this object's watch.
    package var isRunning: Bool { server != nil }

    /// The postmaster's process id, while it runs.
    package var processID: Int32? { server?.processID }

    /// Starts the server, making the cluster first when there is none, and returns when it takes connections.
    ///
    /// A healthy server that an earlier process left behind is taken over. Throws `inUse` when another process runs
    /// the cluster.
    package func start() throws(PostgresClusterError) {
        guard server == nil else { return }
        try acquireLock()
        do throws(PostgresClusterError) {
            try startLocked()
        } catch {
            lock = nil
            throw error
        }
    }

    /// Stops the server and gives the cluster free for another process.
    ///
    /// Without a server it does only that.
    ///
    /// Sessions are ended at once; should the server not end in time, it is made to, and nothing committed is lost.
    package func stop() throws(PostgresClusterError) {
        defer { lock = nil }
        guard let running = server else { return }
        server = nil
        try end(running)
    }

    /// The server's processes.
    var processes: ServerProcesses { ServerProcesses(data: layout.data) }

    private func acquireLock() throws(PostgresClusterError) {
        guard lock == nil else { return }
        try makeDirectory()
        guard let lock = try ClusterLock(path: layout.lock) else {
            throw PostgresClusterError(
                .inUse,
                "The cluster in \(layout.directory) is run by \(ClusterLock.holder(of: layout.lock)). Stop that one, or "
                    + "choose another data directory."
            )
        }
        self.lock = lock
    }

    private func makeDirectory() throws(PostgresClusterError) {
        guard FileSystem.attributes(layout.directory) == nil else { return }
        // As root the server's account has to pass through to its own directories, and sees nothing else.
        try FileSystem.makeDirectories(layout.directory, mode: geteuid() == 0 ? 0o711 : 0o700)
    }
}
