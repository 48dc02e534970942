/// What went wrong between this program and PostgreSQL.
///
/// `description` is fit for a log: it never holds a parameter, a password, the text of a statement or the server's
/// detail line, which quotes stored values. `String(reflecting:)` adds the statement and the detail for a developer.
package struct PostgresError: Error, Sendable {
    /// The kinds of failure that callers tell apart.
    package enum Kind: Hashable, Sendable {
        /// No connection could be made.
        case connectionFailed
        /// The connection broke before the work was finished; what was not committed is gone.
        case connectionLost
        /// The server stayed silent for longer than the client waits; the connection was given up.
        case timedOut
        /// The server refused a statement.
        case server(SQLState)
        /// No connection of the pool became free in time.
        case poolExhausted
        /// COMMIT was sent and its answer was lost, so the transaction may or may not have happened.
        case outcomeUnknown
        /// A value of a result is not what the caller asked for.
        case decoding
        /// The connection string, a setting of the server or a statement's form cannot be used.
        case configuration
        /// The pool or lease was closed.
        case closed
    }

    /// What kind of failure this is.
    package let kind: Kind
    /// The server's or the library's own short message.
    package let message: String
    /// The server's code, when it gave one; also set for failures other than `server`.
    package let sqlState: SQLState?
    /// The name of the constraint that was broken, when the server named one.
    package let constraint: String?
    /// The name of the table concerned, when the server named one.
    package let table: String?
    /// The server's detail line.
    ///
    /// It can quote stored values.
    package let detail: String?
    /// The statement's text without its parameters.
    package let statement: String?

    /// An error with what is known about it.
    package init(
        _ kind: Kind,
        _ message: String,
        sqlState: SQLState? = nil,
        constraint: String? = nil,
        table: String? = nil,
        detail: String? = nil,
        statement: String? = nil
    ) {
        self.kind = kind
        self.message = message
        if case .server(let state) = kind {
            self.sqlState = sqlState ?? state
        } else {
            self.sqlState = sqlState
        }
        self.constraint = constraint
        self.table = table
        self.detail = detail
        self.statement = statement
    }

    /// The same failure under another kind.
    func with(kind: Kind) -> PostgresError {
        PostgresError(
            kind,
            message,
            sqlState: sqlState,
            constraint: constraint,
            table: table,
            detail: detail,
            statement: statement
        )
    }
}

extension PostgresError {
    /// Whether the same work, done again from its start, may well succeed.
    ///
    /// False for `outcomeUnknown`: only work that is safe to do twice may be repeated then, and that the caller knows.
    package var isRetryable: Bool {
        switch kind {
        case .connectionLost, .timedOut, .poolExhausted: true
        case .connectionFailed: sqlState.map { Self.retryableStates.contains($0) } ?? true
        case .server(let state): Self.retryableStates.contains(state)
        case .outcomeUnknown, .decoding, .configuration, .closed: false
        }
    }

    /// Whether the server ended this transaction in favour of another one, so that it may start again at once.
    package var isTransactionConflict: Bool {
        sqlState == .serializationFailure || sqlState == .deadlockDetected
    }

    /// Whether the server has no room left on its disk; reads still work.
    package var isStorageFull: Bool { sqlState == .diskFull }

    private static let retryableStates: Set<SQLState> = [
        .serializationFailure, .deadlockDetected, .lockNotAvailable, .queryCanceled, .tooManyConnections,
        .outOfMemory, .adminShutdown, .crashShutdown, .cannotConnectNow, .idleInTransactionTimeout,
        .connectionFailure,
    ]
}
