import Synchronization

/// A connection taken out of the pool, for work that awaits between its statements.
///
/// A transaction begun on it stays open from one `run` to the next. Releasing it rolls back what is open.
package final class ConnectionLease: Sendable {
    private let slot: ConnectionSlot
    private let giveBack: @Sendable () -> Void
    private let isReleased = Mutex(false)

    init(slot: ConnectionSlot, giveBack: @escaping @Sendable () -> Void) {
        self.slot = slot
        self.giveBack = giveBack
    }

    deinit {
        // Only a lease that was never released; then there is nobody left to use it.
        guard !isReleased.withLock({ $0 }) else { return }
        let slot = slot
        let giveBack = giveBack
        Task {
            await slot.endLease()
            giveBack()
        }
    }

    /// Calls `body` with the leased connection.
    ///
    /// Throws `closed` after the release, and `connectionLost` when the session ended since the call before: what was
    /// open on it is gone, and a new session would not know it.
    package func run<Value: Sendable>(_ body: @Sendable (Connection) throws -> Value) async throws -> Value {
        try await slot.runLeased(while: { !self.isReleased.withLock { $0 } }, body)
    }

    /// Rolls back what is open and gives the connection back to the pool.
    ///
    /// Doing it twice is harmless.
    package func release() async {
        let isFirst = isReleased.withLock { isReleased in
            defer { isReleased = true }
            return !isReleased
        }
        guard isFirst else { return }
        await slot.endLease()
        giveBack()
    }
}
