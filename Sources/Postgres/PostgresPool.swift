/// A fixed number of connections, each on a thread of its own, shared by all tasks of the program.
///
/// Who finds no connection free waits in line for a bounded time. What is given to a closure cannot escape it:
/// `Connection` is not Sendable, and the closures are synchronous, so no transaction stays open across an `await`.
package final class PostgresPool: Sendable {
    /// Where the connections lead, and their limits.
    package let configuration: PostgresConfiguration
    private let slots: [ConnectionSlot]
    private let free: WaitingLine<ConnectionSlot>
    private let leases: WaitingLine<Void>

    /// A pool without connections yet; they are made as they are needed.
    package init(configuration: PostgresConfiguration) {
        precondition(configuration.poolSize > 0, "a pool has at least one connection")
        self.configuration = configuration
        slots = (0..<configuration.poolSize).map { _ in ConnectionSlot(configuration: configuration) }
        free = WaitingLine(
            items: slots,
            longestWait: configuration.poolWait,
            exhausted: PostgresError(
                .poolExhausted,
                "all \(configuration.poolSize) connections were busy for \(configuration.poolWait)"
            )
        )
        leases = WaitingLine(
            items: Array(repeating: (), count: configuration.leaseLimit),
            longestWait: configuration.poolWait,
            exhausted: PostgresError(
                .poolExhausted,
                "all \(configuration.leaseLimit) streaming connections were busy for \(configuration.poolWait)"
            )
        )
    }

    /// How busy the pool is now.
    package var status: PoolStatus {
        PoolStatus(
            size: slots.count,
            free: free.freeCount,
            waiting: free.waitingCount + leases.waitingCount,
            freeLeases: leases.freeCount
        )
    }

    /// Calls `body` with a connection, outside any transaction.
    ///
    /// Throws `PostgresError`, what `body` throws, or `CancellationError` when the task was cancelled while it waited.
    package func withConnection<Value: Sendable>(
        _ body: @Sendable (Connection) throws -> Value
    ) async throws -> Value {
        let slot = try await free.take()
        defer { free.giveBack(slot) }
        return try await slot.run(body)
    }

    /// Calls `body` in a read-only transaction in which all statements see the same moment.
    package func read<Value: Sendable>(
        _ body: @Sendable (Connection) throws -> Value
    ) async throws -> Value {
        try await withConnection { connection in
            try connection.transaction(.readOnly(isolation: .repeatableRead), body)
        }
    }

    /// Calls `body` in a read-write transaction under READ COMMITTED, and makes it durable.
    ///
    /// `body` is called again, three times at the most, when the server ends the transaction in favour of another one,
    /// so it must do nothing that a rollback does not undo. Throws `outcomeUnknown` when the answer to COMMIT was lost.
    package func write<Value: Sendable>(
        _ body: @Sendable (Connection) throws -> Value
    ) async throws -> Value {
        try await withConnection { connection in
            try connection.retryingTransaction(body)
        }
    }

    /// Takes a connection out of the pool for work over several awaits, such as a streamed read.
    ///
    /// Only `poolSize - 3` can be out at once, so that streams never starve short work; beyond that, callers wait in a
    /// line of their own. Release the lease in the end.
    package func lease() async throws -> ConnectionLease {
        try await leases.take()
        let slot: ConnectionSlot
        do {
            slot = try await free.take()
        } catch {
            leases.giveBack(())
            throw error
        }
        do {
            try await slot.openForLease()
        } catch {
            free.giveBack(slot)
            leases.giveBack(())
            throw error
        }
        return ConnectionLease(slot: slot) { [free, leases] in
            free.giveBack(slot)
            leases.giveBack(())
        }
    }

    /// Turns away all who wait, lets running closures finish, and closes every connection.
    package func close() async {
        free.close()
        leases.close()
        for slot in slots { await slot.shutDown() }
    }
}
