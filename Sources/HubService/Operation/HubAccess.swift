import Federation
package import HubStore
import PostgresCluster

/// How an operator's command reaches the hub's state, whether or not the hub is serving.
package struct HubAccess: Sendable {
    /// Connections a command needs.
    private static let poolSize = 4

    private let dataDirectory: String?
    private let databaseURL: String?
    private let databaseAccount: String?

    /// Access to the embedded database in `dataDirectory`, or to that of `databaseURL` where one is given.
    package init(dataDirectory: String?, databaseURL: String?, databaseAccount: String? = nil) {
        self.dataDirectory = dataDirectory
        self.databaseURL = databaseURL
        self.databaseAccount = databaseAccount
    }

    /// Calls `body` with the hub's state; the embedded database is started for the duration where it is not running.
    ///
    /// Where there is no hub yet, one is made only with `creating`, which is told the directory: a misspelt path must not
    /// look like an empty hub.
    package func withStore<Value: Sendable>(
        creating: ((String) -> Void)? = nil,
        _ body: @escaping @Sendable (Store) async throws -> Value
    ) async throws -> Value {
        if let databaseURL { return try await HubAccess.use(databaseURL, body) }
        guard let dataDirectory else { throw HubStartError("give --data-dir DIR, or --database-url URL") }
        if !PostgresCluster.exists(in: dataDirectory) {
            guard !PostgresCluster.isForbidden(in: dataDirectory) else {
                throw HubStartError("\(dataDirectory) cannot be read by this user: run this as the user that serves it")
            }
            guard let creating else {
                throw HubStartError(
                    "there is no hub in \(dataDirectory); `tributary-hub serve --data-dir \(dataDirectory)` makes one"
                )
            }
            creating(dataDirectory)
        }
        PostgresCluster.forgetRedirections()
        return try await PostgresCluster.withRunningCluster(
            directory: dataDirectory,
            configuration: ClusterConfiguration(account: databaseAccount)
        ) { try await HubAccess.use($0, body) }
    }

    private static func use<Value: Sendable>(
        _ connectionString: String,
        _ body: @Sendable (Store) async throws -> Value
    ) async throws -> Value {
        let store = try await Store.open(
            connectionString,
            poolSize: poolSize,
            now: Live.now(),
            newIdentity: Live.newIdentity
        )
        do {
            let value = try await body(store)
            await store.close()
            return value
        } catch {
            await store.close()
            throw error
        }
    }
}

/// Why a hub cannot start, for the person starting it.
package struct HubStartError: Error, Sendable, CustomStringConvertible {
    package var description: String

    package init(_ description: String) {
        self.description = description
    }
}
