internal import Federation
package import Postgres

/// The hub's state in PostgreSQL; the only place with the hub's SQL.
///
/// Every function is one transaction. Times come in as arguments; nothing here reads a clock.
package struct Store: Sendable {
    let pool: PostgresPool

    /// The notification channel on which collections with new changes are announced.
    package static let feedChannel = "tributary_feed"

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
