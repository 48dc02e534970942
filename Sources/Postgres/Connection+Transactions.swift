import CLibPQ
import Glibc

extension Connection {
    /// Attempts at a transaction that the server ends in favour of another one: the first and three more.
    static let largestAttempts = 4
    /// The wait before the second attempt, in microseconds; each further one is twice as long.
    private static let firstRetryWait: UInt32 = 5000

    /// Runs `body` between BEGIN and COMMIT, and rolls back when it throws.
    ///
    /// When COMMIT was sent and no answer came, the error is `outcomeUnknown`. Inside `body`, no transaction may be
    /// begun.
    package func transaction<Value>(
        _ mode: TransactionMode,
        _ body: (Connection) throws -> Value
    ) throws -> Value {
        try begin(mode)
        let value: Value
        do {
            value = try body(self)
        } catch {
            rollback()
            throw error
        }
        do throws(PostgresError) {
            try commit()
        } catch {
            rollback()
            // Nothing was written, so nothing is unknown.
            if case .readOnly = mode, error.kind == .outcomeUnknown { throw error.with(kind: .connectionLost) }
            throw error
        }
        return value
    }

    /// Runs a read-write transaction, again when the server ended it in favour of another one, a bounded number of
    /// times.
    func retryingTransaction<Value>(_ body: (Connection) throws -> Value) throws -> Value {
        var attempt = 1
        while true {
            do {
                return try transaction(.readWrite, body)
            } catch let error as PostgresError where error.isTransactionConflict && attempt < Self.largestAttempts {
                usleep(Self.firstRetryWait << UInt32(attempt - 1))
                attempt += 1
            }
        }
    }

    /// Begins a transaction that goes on after this call, for reading in several steps on a lease.
    ///
    /// - Precondition: no transaction is open.
    package func begin(_ mode: TransactionMode) throws(PostgresError) {
        precondition(!isInTransaction, "a transaction is open already on this connection")
        _ = try runSimple(mode.beginStatement)
        isInTransaction = true
    }

    /// Makes the open transaction durable.
    ///
    /// Throws `outcomeUnknown` when COMMIT was sent and no answer came.
    package func commit() throws(PostgresError) {
        try checkUsable("COMMIT")
        guard PQsendQuery(handle, "COMMIT") == 1 else { throw lost("COMMIT") }
        let result: QueryResult
        do throws(PostgresError) {
            result = try collect("COMMIT")
        } catch {
            isInTransaction = PQtransactionStatus(handle) != PQTRANS_IDLE
            throw isBroken ? error.with(kind: .outcomeUnknown) : error
        }
        isInTransaction = false
        guard result.commandTag == "COMMIT" else {
            // A statement failed and its error was swallowed; the server then answers COMMIT with ROLLBACK.
            throw PostgresError(
                .server(.inFailedTransaction),
                "the transaction had failed before COMMIT and was rolled back",
                statement: "COMMIT"
            )
        }
    }

    /// Ends an open transaction without effect.
    ///
    /// Where that fails, the session is given up, which has the same effect.
    package func rollback() {
        defer { isInTransaction = false }
        guard !isBroken else { return }
        switch PQtransactionStatus(handle) {
        case PQTRANS_IDLE:
            return
        case PQTRANS_INTRANS, PQTRANS_INERROR:
            do throws(PostgresError) {
                _ = try runSimple("ROLLBACK")
            } catch {
                isBroken = true
            }
        default:
            isBroken = true
        }
    }

    /// Puts the session back into the state in which the pool hands it out.
    func reset() {
        resultAhead = nil
        rollback()
        silenceLimit = configuration.clientDeadline
        guard !isBroken, hasForeignTimeouts else { return }
        do throws(PostgresError) {
            _ = try runSimple(Self.timeoutSettings(configuration))
            hasForeignTimeouts = false
        } catch {
            isBroken = true
        }
    }
}
