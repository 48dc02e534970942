extension PostgresCluster {
    private static let watchInterval: Duration = .milliseconds(200)
    private static let logInterval: Duration = .seconds(60)
    private static let firstRestartWait: Duration = .milliseconds(500)
    private static let longestRestartWait: Duration = .seconds(30)
    /// A server that ran this long counts as healthy again, and the waits begin anew.
    private static let healthyRun: Duration = .seconds(60)

    /// Watches the server and starts it again whenever it ends, until the task is cancelled or `stop` is called.
    ///
    /// The waits between attempts grow to 30 seconds and stay there: a server that ended because its disk is full
    /// comes back by itself once there is room. `report` is told of every end and every attempt.
    package func supervise(_ report: @Sendable (ClusterEvent) -> Void) async {
        var wait = Self.firstRestartWait
        var startedAt = ContinuousClock.now
        var logTrimmedAt = ContinuousClock.now
        while await Self.sleep(Self.watchInterval), lock != nil {
            if ContinuousClock.now - logTrimmedAt > Self.logInterval {
                log.trim()
                logTrimmedAt = .now
            }
            if let running = server {
                guard let exit = running.pollExit(among: processes) else { continue }
                server = nil
                report(.exited(exit))
                if ContinuousClock.now - startedAt > Self.healthyRun { wait = Self.firstRestartWait }
            }
            guard await Self.sleep(wait), lock != nil, server == nil else { continue }
            wait = min(wait * 2, Self.longestRestartWait)
            do throws(PostgresClusterError) {
                try startLocked()
                startedAt = .now
                report(.restarted)
            } catch {
                report(.restartFailed(error, nextAttemptAfter: wait))
            }
        }
    }

    /// False when the task was cancelled.
    private static func sleep(_ duration: Duration) async -> Bool {
        do {
            try await Task.sleep(for: duration)
            return true
        } catch {
            return false
        }
    }
}
