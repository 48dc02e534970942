/// What happened to a supervised server.
package enum ClusterEvent: Hashable, Sendable {
    /// The server ended although nobody stopped it; the text says how.
    case exited(String)
    /// It could not be started again yet; the next attempt comes after this wait.
    case restartFailed(PostgresClusterError, nextAttemptAfter: Duration)
    /// It runs again.
    case restarted
}
