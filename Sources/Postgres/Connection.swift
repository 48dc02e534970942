import CLibPQ

/// One session with the server.
///
/// It is not Sendable and is reachable only inside a closure given to a pool or lease, on that connection's own
/// thread, so its calls may block, and no two of them overlap. Underneath, libpq is used without blocking: every wait
/// has a deadline, and a server that stays silent beyond it costs the connection, never the thread.
package final class Connection {
    let handle: OpaquePointer
    /// How long this side waits for a sign of life; see `withTimeout`.
    var silenceLimit: Duration
    /// Whether the session can no longer be used.
    var isBroken = false
    /// Whether a timeout of the session could not be put back and has to be set anew before the next use.
    var hasForeignTimeouts = false
    var isInTransaction = false
    /// A result that was asked for early; kept until it is used or the connection is given back.
    package var resultAhead: QueryResult?
    let configuration: PostgresConfiguration

    /// Takes over a libpq connection and closes it at the end.
    init(handle: OpaquePointer, configuration: PostgresConfiguration) {
        self.handle = handle
        self.configuration = configuration
        silenceLimit = configuration.clientDeadline
    }

    deinit {
        PQfinish(handle)
    }

    /// Runs one statement with its parameters and returns its rows, all of them in memory.
    package func execute(_ query: Query) throws(PostgresError) -> QueryResult {
        try send(query)
        return try collect(query.text)
    }

    /// Sends one statement with its parameters, whose results are to be collected next.
    func send(_ query: Query) throws(PostgresError) {
        let text = query.text
        try checkUsable(text)
        guard query.binds.count <= QueryBinds.largestCount else {
            throw PostgresError(.configuration, "a statement has more than 65535 parameters", statement: text)
        }
        let sent = query.binds.withArrays { types, values, lengths, formats in
            PQsendQueryParams(handle, text, Int32(query.binds.count), types, values, lengths, formats, 1)
        }
        guard sent == 1 else { throw lost(text) }
    }

    /// Runs one or several statements without parameters, as in a migration.
    ///
    /// Without a transaction of their own they are one transaction: either all happen or none.
    package func executeScript(_ sql: String) throws(PostgresError) {
        _ = try runSimple(sql)
    }

    /// The server's process id for this session.
    package var backendProcessID: Int32 { PQbackendPID(handle) }

    /// The server's version as a number, such as 150018.
    package var serverVersion: Int { Int(PQserverVersion(handle)) }

    /// Sends a statement by the simple protocol and returns the last result.
    func runSimple(_ sql: String) throws(PostgresError) -> QueryResult {
        try checkUsable(sql)
        guard PQsendQuery(handle, sql) == 1 else { throw lost(sql) }
        return try collect(sql)
    }

    func checkUsable(_ statement: String) throws(PostgresError) {
        guard !isBroken, PQstatus(handle) == CONNECTION_OK else {
            isBroken = true
            throw PostgresError(.connectionLost, "the session ended before this statement", statement: statement)
        }
        // C would read the statement up to the NUL only, and run that.
        guard !statement.utf8.contains(0) else {
            throw PostgresError(.configuration, "a statement contains a NUL")
        }
    }

    /// Reads results until there are none left; returns the last one, or throws the first failure.
    func collect(_ statement: String) throws(PostgresError) -> QueryResult {
        var last: QueryResult?
        var failure: PostgresError?
        while let result = try nextResult(statement) {
            switch PQresultStatus(result.handle) {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY:
                last = result
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                // libpq would return this result for ever; only the end of the session gets out of it.
                isBroken = true
                throw PostgresError(.configuration, "COPY has to go through copyIn", statement: statement)
            default:
                failure = failure ?? error(from: result, statement)
            }
        }
        if PQstatus(handle) != CONNECTION_OK { isBroken = true }
        if let failure { throw isBroken ? failure.with(kind: .connectionLost) : failure }
        guard let last else { throw lost(statement) }
        return last
    }
}
