extension PostgresCluster {
    private static let attachInterval: Duration = .milliseconds(100)

    /// Calls `body` with the connection string of the running cluster, for a command-line tool.
    ///
    /// When another process runs the cluster, that one is used, after a bounded wait for it to be ready. When nobody
    /// does, it is started for the duration of the call and stopped afterwards. Throws `PostgresClusterError` and what
    /// `body` throws.
    package static func withRunningCluster<Value: Sendable>(
        directory: String,
        configuration: ClusterConfiguration = ClusterConfiguration(),
        _ body: (_ connectionString: String) async throws -> Value
    ) async throws -> Value {
        let cluster = try PostgresCluster(directory: directory, configuration: configuration)
        try await cluster.attach()
        let value: Value
        do {
            value = try await body(cluster.connectionString)
        } catch {
            // What went wrong in the body is what the caller has to know.
            try? await cluster.stop()
            throw error
        }
        try await cluster.stop()
        return value
    }

    /// Uses the server of another process, or starts one when nobody runs the cluster.
    ///
    /// In the first case `stop` leaves the server alone.
    package func attach() async throws {
        let deadline = ContinuousClock.now + configuration.attachTimeout
        while true {
            do throws(PostgresClusterError) {
                return try start()
            } catch {
                guard error.kind == .inUse else { throw error }
            }
            if takesConnections() { return }
            guard ContinuousClock.now < deadline else {
                throw PostgresClusterError(
                    .timedOut,
                    "The cluster in \(layout.directory) is run by \(ClusterLock.holder(of: layout.lock)), but does not "
                        + "answer at \(layout.socket). Look at \(log.path), and use the same account as that process."
                )
            }
            try await Task.sleep(for: Self.attachInterval)
        }
    }

    private func takesConnections() -> Bool {
        switch ServerSession.connect(to: layout.socket, database: ClusterLayout.database) {
        case .ready, .refused: true
        case .notNow, .silent: false
        }
    }
}
