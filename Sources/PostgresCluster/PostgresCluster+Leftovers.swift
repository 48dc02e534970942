import Glibc

extension PostgresCluster {
    private static let checkInterval: useconds_t = 100_000
    /// How long sessions without a postmaster may take to notice.
    private static let orphanTimeout: Duration = .seconds(2)

    /// Takes over a server that an earlier process left behind, when it is healthy; otherwise ends it.
    ///
    /// Returns whether a server was taken over. Afterwards no process of an earlier server is left.
    func adoptLeftover() throws(PostgresClusterError) -> Bool {
        let processes = processes
        if let file = PostmasterFile(path: layout.postmasterFile), processes.contains(file.processID) {
            if try waitForAnswer(of: file.processID) {
                server = RunningServer(adopted: file.processID)
                return true
            }
        }
        guard !processes.all().isEmpty else { return false }
        // Sessions that outlive their postmaster end by themselves as soon as they look up from their work.
        if PostmasterFile(path: layout.postmasterFile).map({ processes.contains($0.processID) }) != true,
            processes.waitForEnd(upTo: Self.orphanTimeout)
        {
            return false
        }
        try processes.end()
        return false
    }

    /// Waits until a server left behind answers; false when it ends first, or does not answer in time.
    private func waitForAnswer(of processID: pid_t) throws(PostgresClusterError) -> Bool {
        let start = ContinuousClock.now
        while processes.contains(processID) {
            var limit = configuration.leftoverTimeout
            switch ServerSession.connect(to: layout.socket, database: ClusterLayout.database) {
            case .ready, .refused:
                return true
            case .silent:
                break
            case .notNow:
                let isStarting = PostmasterFile(path: layout.postmasterFile)?.status == "starting"
                if isStarting { limit = configuration.recoveryTimeout }
            }
            guard ContinuousClock.now - start < limit else { return false }
            guard !Task.isCancelled else {
                throw PostgresClusterError(.cancelled, "The start of PostgreSQL was cancelled.")
            }
            usleep(Self.checkInterval)
        }
        return false
    }

    /// Removes the server's own lock files when the process they name is some other program by now.
    ///
    /// The server would take that program for another server and refuse to start. Called when no process of an earlier
    /// server is left, so the files of the socket are stale in any case. Where the process of the data directory's file
    /// is simply gone, that file stays: the server reads from it which shared memory to look for.
    func removeStaleLockFiles() throws(PostgresClusterError) {
        for path in [layout.socket, layout.socket + ".lock"] where unlink(path) != 0 && errno != ENOENT {
            throw FileSystem.failure("The stale file \(path) could not be removed")
        }
        guard let file = PostmasterFile(path: layout.postmasterFile),
            kill(file.processID, 0) == 0 || errno == EPERM,
            !processes.contains(file.processID)
        else { return }
        guard unlink(layout.postmasterFile) == 0 || errno == ENOENT else {
            throw FileSystem.failure("The stale file \(layout.postmasterFile) could not be removed")
        }
    }
}
