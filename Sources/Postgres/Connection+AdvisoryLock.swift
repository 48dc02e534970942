extension Connection {
    /// Runs `body` while this session holds the advisory lock `key`, which one session in the database can hold.
    ///
    /// Waits up to `wait` for it and then throws `server(.lockNotAvailable)`. The lock also ends with the session, so
    /// a program that dies leaves none behind.
    package func withAdvisoryLock<Value>(
        _ key: Int64,
        wait: Duration,
        _ body: (Connection) throws -> Value
    ) throws -> Value {
        try withTimeouts(statement: wait + Self.graceOverServer, lock: wait) { connection in
            _ = try connection.execute("SELECT pg_advisory_lock(\(key))")
        }
        defer { releaseAdvisoryLock(key) }
        return try body(self)
    }

    private func releaseAdvisoryLock(_ key: Int64) {
        do throws(PostgresError) {
            _ = try execute("SELECT pg_advisory_unlock(\(key))")
        } catch {
            // A session that cannot give the lock back has to end, or nobody else would ever get it.
            isBroken = true
        }
    }
}
