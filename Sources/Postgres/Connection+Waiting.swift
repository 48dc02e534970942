import CLibPQ
import Glibc

extension Connection {
    /// The next result of the statement that is running, or nil when there are no more.
    ///
    /// The deadline is one of silence: it starts again whenever something arrives, because the server itself bounds
    /// how long a statement may run.
    func nextResult(_ statement: String) throws(PostgresError) -> QueryResult? {
        try flush(statement)
        var deadline = ContinuousClock.now + silenceLimit
        while PQisBusy(handle) == 1 {
            guard wait(for: Int16(POLLIN), until: deadline) != 0 else { throw giveUp(statement) }
            guard PQconsumeInput(handle) == 1 else {
                // What the server said before it went is in the results that are still to be read.
                if PQisBusy(handle) == 1 { throw lost(statement) }
                break
            }
            deadline = ContinuousClock.now + silenceLimit
        }
        return PQgetResult(handle).map { QueryResult(handle: $0) }
    }

    /// Sends what libpq still holds back, reading meanwhile, so that neither side waits for the other.
    func flush(_ statement: String) throws(PostgresError) {
        var deadline = ContinuousClock.now + silenceLimit
        while PQflush(handle) == 1 {
            let events = wait(for: Int16(POLLIN | POLLOUT), until: deadline)
            guard events != 0 else { throw giveUp(statement) }
            if events & Int16(POLLIN) != 0, PQconsumeInput(handle) != 1 { return }
            deadline = ContinuousClock.now + silenceLimit
        }
    }

    /// Waits until the socket is ready for one of `events`; returns which, or 0 when the deadline passes.
    func wait(for events: Int16, until deadline: ContinuousClock.Instant) -> Int16 {
        Self.wait(for: events, on: PQsocket(handle), until: deadline)
    }

    static func wait(for events: Int16, on socket: Int32, until deadline: ContinuousClock.Instant) -> Int16 {
        while true {
            let remaining = deadline - ContinuousClock.now
            guard remaining > .zero else { return 0 }
            var descriptor = pollfd(fd: socket, events: events, revents: 0)
            let count = poll(&descriptor, 1, remaining.positiveMilliseconds)
            if count > 0 { return descriptor.revents }
            if count < 0, errno != EINTR { return Int16(POLLERR) }
        }
    }

    /// Whether the session can take a statement now: not broken, and not closed by the server in the meantime.
    ///
    /// A server that was restarted has closed the socket or sent a last message, and either makes it readable.
    func isAlive() -> Bool {
        guard !isBroken, PQstatus(handle) == CONNECTION_OK else { return false }
        var descriptor = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
        guard poll(&descriptor, 1, 0) != 0 else { return true }
        guard PQconsumeInput(handle) == 1, PQstatus(handle) == CONNECTION_OK else { return false }
        // The server speaks unasked only to report a setting, a notification or its end.
        guard poll(&descriptor, 1, 0) == 0 else { return false }
        return true
    }

    /// Asks the server to stop the statement, and never uses this session again.
    func giveUp(_ statement: String) -> PostgresError {
        isBroken = true
        CancelRequest(of: handle)?.sendInBackground()
        let limit = silenceLimit
        return PostgresError(.timedOut, "no sign of life for \(limit)", statement: statement)
    }

    /// The error for a session that ended; the reason is libpq's first line.
    func lost(_ statement: String) -> PostgresError {
        isBroken = true
        return PostgresError(.connectionLost, Self.firstLine(PQerrorMessage(handle)), statement: statement)
    }

    /// The error that a result carries.
    func error(from result: QueryResult, _ statement: String) -> PostgresError {
        func field(_ code: Int32) -> String? {
            PQresultErrorField(result.handle, code).map { String(cString: $0) }
        }
        let severity = field(ErrorField.severity)
        if severity == "FATAL" || severity == "PANIC" { isBroken = true }
        let state = field(ErrorField.sqlState).map { SQLState(rawValue: $0) }
        return PostgresError(
            state.map { .server($0) } ?? .connectionLost,
            field(ErrorField.primaryMessage) ?? Self.firstLine(PQresultErrorMessage(result.handle)),
            sqlState: state,
            constraint: field(ErrorField.constraint),
            table: field(ErrorField.table),
            detail: field(ErrorField.detail),
            statement: statement
        )
    }

    static func firstLine(_ text: UnsafePointer<CChar>?) -> String {
        guard let text else { return "no reason given" }
        let line = String(cString: text).split(separator: "\n").first.map(String.init)
        return line ?? "the server closed the connection"
    }

    /// The fields of an error result, by libpq's codes, which are letters.
    private enum ErrorField {
        static let severity = Int32(UInt8(ascii: "V"))
        static let sqlState = Int32(UInt8(ascii: "C"))
        static let primaryMessage = Int32(UInt8(ascii: "M"))
        static let detail = Int32(UInt8(ascii: "D"))
        static let constraint = Int32(UInt8(ascii: "n"))
        static let table = Int32(UInt8(ascii: "t"))
    }
}
