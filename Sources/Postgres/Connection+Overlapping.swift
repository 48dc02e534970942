import CLibPQ

extension Connection {
    /// A statement that the server works on while something else is done; valid while that goes on.
    package struct Running {
        private let connection: Connection

        fileprivate init(on connection: Connection) {
            self.connection = connection
        }

        /// Takes in what the server has sent so far, without waiting, so that the server need not wait either.
        package func takeIn() {
            // What goes wrong here shows itself where the result is collected. Only asking whether the result is complete
            // reads it out of libpq's buffer, which grows otherwise.
            if PQconsumeInput(connection.handle) == 1 { _ = PQisBusy(connection.handle) }
        }
    }

    /// Runs `query` as ``execute(_:)`` does and calls `body` while the server works on it; returns what both brought.
    ///
    /// `body` must not use the connection, but is to call ``Running/takeIn()`` now and then. Throws what `body` throws,
    /// else a `PostgresError`.
    package func execute<Value>(
        _ query: Query,
        during body: (Running) throws -> Value
    ) throws -> (result: QueryResult, value: Value) {
        try send(query)
        let outcome = Result { try body(Running(on: self)) }
        // Also after a failure: nothing else can be asked of the session before.
        let result = Result { try collect(query.text) }
        let value = try outcome.get()
        return (try result.get(), value)
    }
}
