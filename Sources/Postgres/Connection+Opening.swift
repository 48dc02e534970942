import CLibPQ
import Glibc

extension Connection {
    /// The oldest server that the library works with.
    static let oldestServerVersion = 150000

    /// Connects, prepares the session, and refuses a server that would acknowledge what it can still lose.
    static func open(_ configuration: PostgresConfiguration) throws(PostgresError) -> Connection {
        guard let options = ConnectionOptions(configuration.connectionString) else {
            throw PostgresError(
                .configuration,
                "the connection string is neither a postgresql:// URL nor keyword=value pairs"
            )
        }
        guard !options.isMisread else {
            throw PostgresError(
                .configuration,
                "the connection string has an unescaped character; write @ as %40 and / as %2F in a password"
            )
        }
        guard let handle = start(configuration) else {
            throw PostgresError(.connectionFailed, "out of memory")
        }
        let connection = Connection(handle: handle, configuration: configuration)
        // libpq would print what the server remarks to standard error.
        PQsetNoticeProcessor(handle, { _, _ in }, nil)
        try connection.finishConnecting(target: options.summary)
        guard PQsetnonblocking(handle, 1) == 0 else { throw connection.lost("connect") }
        guard connection.serverVersion >= oldestServerVersion else {
            throw PostgresError(
                .configuration,
                "the server has version \(connection.serverVersion / 10000), and 15 is the oldest that will do"
            )
        }
        do throws(PostgresError) {
            try connection.prepareSession()
        } catch {
            throw error.kind == .connectionLost ? error.with(kind: .connectionFailed) : error
        }
        return connection
    }

    /// Begins to connect.
    ///
    /// Options before the connection string are defaults, those after it always hold.
    private static func start(_ configuration: PostgresConfiguration) -> OpaquePointer? {
        let options: [(String, String)] = [
            ("keepalives", "1"),
            ("keepalives_idle", "30"),
            ("keepalives_interval", "10"),
            ("keepalives_count", "3"),
            ("tcp_user_timeout", "\(configuration.clientDeadline.positiveMilliseconds)"),
            ("dbname", configuration.connectionString),
            ("application_name", configuration.applicationName),
            ("client_encoding", "UTF8"),
        ]
        var keywords = options.map { UnsafePointer(strdup($0.0)) }
        var values = options.map { UnsafePointer(strdup($0.1)) }
        defer {
            for pointer in keywords + values { free(UnsafeMutableRawPointer(mutating: pointer)) }
        }
        keywords.append(nil)
        values.append(nil)
        return PQconnectStartParams(keywords, values, 1)
    }

    private func finishConnecting(target: String) throws(PostgresError) {
        let deadline = ContinuousClock.now + configuration.connectTimeout
        guard PQstatus(handle) != CONNECTION_BAD else { throw connectFailure(target) }
        var wanted = PGRES_POLLING_WRITING
        while true {
            let events = wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT
            guard wait(for: Int16(events), until: deadline) != 0 else {
                isBroken = true
                throw PostgresError(
                    .connectionFailed,
                    "no answer from \(target) within \(configuration.connectTimeout)"
                )
            }
            wanted = PQconnectPoll(handle)
            switch wanted {
            case PGRES_POLLING_OK: return
            case PGRES_POLLING_READING, PGRES_POLLING_WRITING: continue
            default: throw connectFailure(target)
            }
        }
    }

    private func connectFailure(_ target: String) -> PostgresError {
        isBroken = true
        var message = PQerrorMessage(handle).map { String(cString: $0) } ?? ""
        // libpq offers no SQLSTATE for a refused connection, so the few that matter are told by their fixed words.
        let known: [(String, SQLState)] = [
            ("starting up", .cannotConnectNow), ("shutting down", .cannotConnectNow),
            ("in recovery mode", .cannotConnectNow), ("too many clients", .tooManyConnections),
            ("connection slots are reserved", .tooManyConnections), ("too many connections", .tooManyConnections),
            ("password authentication failed", .invalidPassword), ("no password supplied", .invalidPassword),
            ("no pg_hba.conf entry", .invalidAuthorization),
        ]
        let state = known.first { message.contains($0.0) }?.1
        message = message.split(separator: "\n").joined(separator: " ")
        return PostgresError(.connectionFailed, "\(target): \(message)", sqlState: state)
    }

    /// Sets what every session needs, and reads what decides whether an acknowledged write is durable.
    private func prepareSession() throws(PostgresError) {
        let result = try runSimple(
            "SET client_encoding = 'UTF8'; SET timezone = 'UTC'; SET standard_conforming_strings = on; "
                + "SET idle_session_timeout = 0; "
                + "SET idle_in_transaction_session_timeout = "
                + "\(configuration.idleInTransactionTimeout.positiveMilliseconds); "
                + Self.timeoutSettings(configuration)
                + "SELECT current_setting('fsync') = 'on', current_setting('synchronous_commit') <> 'off', "
                + "current_setting('full_page_writes') = 'on'"
        )
        let settings = ["fsync", "synchronous_commit", "full_page_writes"]
        for (column, setting) in settings.enumerated() {
            // The simple protocol returns text.
            let value = PQgetvalue(result.handle, 0, Int32(column)).map { String(cString: $0) }
            guard value == "t" else {
                throw PostgresError(
                    .configuration,
                    "the server's setting \(setting) is off, so it can lose writes that it acknowledged; "
                        + "set \(setting) = on for the server, the database and the user"
                )
            }
        }
    }

    /// SQL that puts the configured timeouts of statements and locks into force.
    static func timeoutSettings(_ configuration: PostgresConfiguration) -> String {
        "SET statement_timeout = \(configuration.statementTimeout.positiveMilliseconds); "
            + "SET lock_timeout = \(configuration.lockTimeout.positiveMilliseconds); "
    }
}
