package import Federation
import Postgres

extension Store {
    /// The collections every hub has from the start.
    private static let standardCollections = ["skills-patterns", "error-solutions", "best-practices"]
    private static let standardThreshold = 0.7

    /// Opens the hub's state in the database that `connectionString` leads to, bringing its schema up to date and
    /// making the standard collections; throws ``StoreError`` and `PostgresError`.
    package static func open(
        _ connectionString: String,
        poolSize: Int,
        now: Timestamp,
        newIdentity: @Sendable () -> [UInt8]
    ) async throws -> Store {
        let configuration = PostgresConfiguration(
            connectionString: connectionString,
            applicationName: "tributary-hub",
            poolSize: poolSize
        )
        let store = Store(pool: PostgresPool(configuration: configuration))
        do {
            _ = try await Migrator().migrate(store, now: now)
            _ = try await store.identity(now: now, newIdentity: newIdentity)
            for name in standardCollections.compactMap(CollectionName.init) {
                _ = try await store.makeCollection(
                    name,
                    strategy: .highestValue,
                    threshold: standardThreshold,
                    now: now
                )
            }
        } catch {
            await store.close()
            throw error
        }
        return store
    }

    /// Whether `connectionString` carries a password, which other users of the machine can then see.
    package static func passwordIsInline(in connectionString: String) -> Bool {
        PostgresConfiguration(connectionString: connectionString, applicationName: "tributary-hub").passwordIsInline
    }

    /// Lets running transactions end and closes all connections.
    package func close() async {
        await pool.close()
    }
}

/// Hears, from whichever process made them, that feeds have new changes.
package struct FeedListener: Sendable {
    private let notifications: Notifications

    /// A listener on the database of `store`.
    package init(_ store: Store) {
        notifications = Notifications(configuration: store.pool.configuration, channels: [Store.feedChannel])
    }

    /// Calls `changed` whenever there may be changes, until the task is cancelled.
    ///
    /// With the name of the node, where all that changed are contributions that this hub passed on.
    package func run(_ changed: @escaping @Sendable (NodeName?) async -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [notifications] in try await notifications.run() }
            group.addTask { [notifications] in
                // After a reconnection too: what happened meanwhile was not told.
                for await event in notifications.events {
                    guard case .notification(_, let hub) = event else {
                        await changed(nil)
                        continue
                    }
                    await changed(NodeName(hub))
                }
            }
            try await group.waitForAll()
        }
    }
}
