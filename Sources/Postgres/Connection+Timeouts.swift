extension Connection {
    /// How much longer than the server this side waits, so that the server's answer, a refusal, comes first.
    static let graceOverServer: Duration = .seconds(5)

    /// Lets each statement of `body` take `timeout` instead of the configured time.
    ///
    /// It is for the few long tasks, such as building an index. The configured times hold again afterwards.
    package func withTimeout<Value>(_ timeout: Duration, _ body: (Connection) throws -> Value) throws -> Value {
        try withTimeouts(statement: timeout, lock: nil, body)
    }

    func withTimeouts<Value>(
        statement: Duration,
        lock: Duration?,
        _ body: (Connection) throws -> Value
    ) throws -> Value {
        let limitBefore = silenceLimit
        hasForeignTimeouts = true
        _ = try runSimple(
            "SET statement_timeout = \(statement.positiveMilliseconds); "
                + (lock.map { "SET lock_timeout = \($0.positiveMilliseconds); " } ?? "")
        )
        silenceLimit = statement + Self.graceOverServer
        defer {
            silenceLimit = limitBefore
            restoreTimeouts()
        }
        return try body(self)
    }

    /// Puts the configured timeouts back; where that fails, as in a failed transaction, `reset` does it later.
    private func restoreTimeouts() {
        do throws(PostgresError) {
            _ = try runSimple(Self.timeoutSettings(configuration))
            // Inside a transaction a rollback could still undo it.
            hasForeignTimeouts = isInTransaction
        } catch {
            hasForeignTimeouts = true
        }
    }
}
