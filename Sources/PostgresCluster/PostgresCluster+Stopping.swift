import Glibc

extension PostgresCluster {
    private static let checkInterval: useconds_t = 20_000
    /// How long the server may take to end without a checkpoint.
    private static let immediateTimeout: Duration = .seconds(5)

    /// Ends a server: sessions cut and a checkpoint, then without the checkpoint, then by force.
    func end(_ running: RunningServer) throws(PostgresClusterError) {
        kill(running.processID, SIGINT)
        // A stopped process could not act on it otherwise.
        kill(running.processID, SIGCONT)
        if waitForExit(of: running, upTo: configuration.stopTimeout) { return }
        kill(running.processID, SIGQUIT)
        if waitForExit(of: running, upTo: Self.immediateTimeout) { return }
        kill(running.processID, SIGKILL)
        if !waitForExit(of: running, upTo: Self.immediateTimeout) {
            throw PostgresClusterError(
                .timedOut,
                "The database process \(running.processID) does not end. End it, or restart the machine."
            )
        }
        // Its children look for their postmaster and end, unless they hang.
        if !processes.waitForEnd(upTo: Self.immediateTimeout) { try processes.end() }
    }

    private func waitForExit(of running: RunningServer, upTo timeout: Duration) -> Bool {
        let deadline = ContinuousClock.now + timeout
        while running.pollExit(among: processes) == nil {
            guard ContinuousClock.now < deadline else { return false }
            usleep(Self.checkInterval)
        }
        return true
    }
}
