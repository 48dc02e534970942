import Glibc

/// An actor on its own thread that owns one connection, and makes a new one when it breaks.
package actor ConnectionSlot {
    private nonisolated let executor: QueueExecutor
    private let configuration: PostgresConfiguration
    private var connection: Connection?
    private var backoff = ReconnectBackoff(longest: .milliseconds(500))
    private var isShutDown = false

    /// The queue that all work of this slot runs on.
    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    /// A slot without a connection yet; the first use makes it.
    package init(configuration: PostgresConfiguration) {
        self.configuration = configuration
        executor = QueueExecutor(label: "postgres.connection")
    }

    /// Calls `body` with the connection, and leaves no transaction open.
    package func run<Value: Sendable>(_ body: @Sendable (Connection) throws -> Value) throws -> Value {
        let connection = try usableConnection()
        defer { tidy(connection) }
        return try body(connection)
    }

    /// Calls `body` with the connection of a lease, and leaves its transaction as it is.
    ///
    /// `isValid` is asked first, on this slot's own thread: a lease that was released meanwhile must not touch a
    /// connection that may serve someone else by now. A connection that broke is not replaced, because the lease's
    /// transaction would be missing from the new one.
    func runLeased<Value: Sendable>(
        while isValid: @Sendable () -> Bool,
        _ body: @Sendable (Connection) throws -> Value
    ) throws -> Value {
        guard isValid() else { throw PostgresError(.closed, "the lease was released") }
        guard let connection, !connection.isBroken else {
            throw PostgresError(.connectionLost, "the leased session ended")
        }
        return try body(connection)
    }

    /// Makes sure that there is a connection for a lease.
    func openForLease() throws {
        _ = try usableConnection()
    }

    /// Ends what a lease left open.
    func endLease() {
        if let connection { tidy(connection) }
    }

    /// Closes the connection for good.
    package func shutDown() {
        isShutDown = true
        connection = nil
    }

    private func usableConnection() throws(PostgresError) -> Connection {
        guard !isShutDown else { throw PostgresError(.closed, "the pool was closed") }
        if let connection, connection.isAlive() { return connection }
        connection = nil
        // On this thread, which is the slot's own, so nobody else waits with it.
        let wait = backoff.remaining(at: .now)
        if wait > .zero { usleep(UInt32(clamping: wait.positiveMilliseconds) * 1000) }
        do throws(PostgresError) {
            let opened = try Connection.open(configuration)
            backoff.recordSuccess()
            connection = opened
            return opened
        } catch {
            backoff.recordFailure(at: .now)
            throw error
        }
    }

    private func tidy(_ used: Connection) {
        used.reset()
        if used.isBroken { connection = nil }
    }
}
