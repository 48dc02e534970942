internal import Federation
package import Postgres

/// The hub's state in PostgreSQL; the only place with the hub's SQL.
///
/// Every function is one transaction. Times come in as arguments; nothing here reads a clock.
package struct Store: Sendable {
    let pool: PostgresPool

    /// The notification channel on which changes are announced.
    package static let feedChannel = "tributary_feed"

    /// Tells all hubs on this database of changes once the transaction commits; ``FeedListener`` hears it.
    static func announceChange(passedOnBy hub: NodeName? = nil, _ connection: Connection) throws {
        _ = try connection.execute("SELECT pg_notify(\(feedChannel), \(hub?.text ?? ""))")
    }

    package init(pool: PostgresPool) {
        self.pool = pool
    }
}

extension PatternID {
    var sql: PostgresText { PostgresText(utf8: utf8) }

    init(_ text: PostgresText) {
        self.init(canonical: text.utf8)
    }
}

extension Timestamp {
    var sql: PostgresTimestamp { PostgresTimestamp(microseconds: microseconds) }
}
