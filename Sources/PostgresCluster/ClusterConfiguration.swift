/// How the private cluster is run, and how long anything may take.
package struct ClusterConfiguration: Sendable {
    /// The account that the server runs under when this program was started as root; nil to choose one.
    package var account: String?
    /// How long a server may take from its start until it answers.
    package var startTimeout: Duration
    /// How long a server may take when it says that it is replaying its log after a crash.
    package var recoveryTimeout: Duration
    /// How long a server may take to shut down before it is made to.
    package var stopTimeout: Duration
    /// How long a server left behind by an earlier process may take to answer or to end.
    package var leftoverTimeout: Duration
    /// How long a command-line tool waits for the server of another process.
    package var attachTimeout: Duration

    /// A configuration with the usual limits.
    package init(
        account: String? = nil,
        startTimeout: Duration = .seconds(60),
        recoveryTimeout: Duration = .seconds(600),
        stopTimeout: Duration = .seconds(30),
        leftoverTimeout: Duration = .seconds(20),
        attachTimeout: Duration = .seconds(30)
    ) {
        self.account = account
        self.startTimeout = startTimeout
        self.recoveryTimeout = recoveryTimeout
        self.stopTimeout = stopTimeout
        self.leftoverTimeout = leftoverTimeout
        self.attachTimeout = attachTimeout
    }
}
