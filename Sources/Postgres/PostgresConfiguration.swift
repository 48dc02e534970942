/// Where PostgreSQL is, how it is used, and how long anything may take.
package struct PostgresConfiguration: Sendable {
    /// A URL (`postgresql://…`) or libpq's `keyword=value` form.
    ///
    /// It may hold a password.
    package var connectionString: String
    /// The name by which the server lists this program's sessions.
    package var applicationName: String
    /// Connections of the pool.
    package var poolSize: Int
    /// How long a caller waits for a free connection of the pool.
    package var poolWait: Duration
    /// How long opening a connection may take.
    package var connectTimeout: Duration
    /// How long the server works on one statement before it cancels it.
    package var statementTimeout: Duration
    /// How long this side waits for a sign of life during a statement before it gives the connection up.
    ///
    /// It has to be longer than `statementTimeout`, which covers the ordinary case; this covers a server that hangs.
    package var clientDeadline: Duration
    /// How long a statement waits for a lock.
    package var lockTimeout: Duration
    /// How long a session may stay idle inside a transaction before the server ends it.
    package var idleInTransactionTimeout: Duration

    /// A configuration with the usual limits.
    package init(
        connectionString: String,
        applicationName: String,
        poolSize: Int = 8,
        poolWait: Duration = .seconds(2),
        connectTimeout: Duration = .seconds(5),
        statementTimeout: Duration = .seconds(15),
        clientDeadline: Duration = .seconds(20),
        lockTimeout: Duration = .seconds(5),
        idleInTransactionTimeout: Duration = .seconds(60)
    ) {
        self.connectionString = connectionString
        self.applicationName = applicationName
        self.poolSize = poolSize
        self.poolWait = poolWait
        self.connectTimeout = connectTimeout
        self.statementTimeout = statementTimeout
        self.clientDeadline = clientDeadline
        self.lockTimeout = lockTimeout
        self.idleInTransactionTimeout = idleInTransactionTimeout
    }
}

extension PostgresConfiguration {
    /// Whether the connection string itself holds a password, where other programs may see it.
    package var passwordIsInline: Bool {
        ConnectionOptions(connectionString)?.holdsPassword ?? false
    }

    /// Connections of the pool that leases never take.
    package static let slotsReservedFromLeases = 3

    /// How many connections may be leased for streaming at once.
    package var leaseLimit: Int { max(1, poolSize - Self.slotsReservedFromLeases) }
}

extension PostgresConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Host, port, database and user; never a password, however the connection string is written.
    package var description: String {
        guard let options = ConnectionOptions(connectionString) else { return "(unreadable connection string)" }
        return options.summary
    }

    /// The same as `description`.
    package var debugDescription: String { description }

    /// A mirror without the connection string, for `dump` and the like.
    package var customMirror: Mirror {
        Mirror(self, children: ["target": description, "applicationName": applicationName, "poolSize": poolSize])
    }
}
