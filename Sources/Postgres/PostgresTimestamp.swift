/// A moment, sent and read as `timestamptz`.
package struct PostgresTimestamp: Hashable, Sendable {
    /// Microseconds since the Unix epoch.
    package let microseconds: Int64

    /// Wraps microseconds since the Unix epoch.
    package init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// Microseconds between the Unix epoch and PostgreSQL's, 2000-01-01 00:00 UTC.
    static let epochDifference: Int64 = 946_684_800_000_000

    /// The number that PostgreSQL stores.
    ///
    /// A moment too early for the format becomes one that the server refuses as out of range; never `-infinity`.
    var serverMicroseconds: Int64 {
        let (difference, overflow) = microseconds.subtractingReportingOverflow(Self.epochDifference)
        return overflow || difference == .min ? .min + 1 : difference
    }
}
