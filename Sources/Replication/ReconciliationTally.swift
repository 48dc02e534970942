/// What comparing one collection with another hub's took and brought.
package struct ReconciliationTally: Sendable, Equatable {
    /// Requests for digests.
    package var requests: Int64 = 0
    /// Ranges whose digests were compared.
    package var ranges: Int64 = 0
    /// Statements that were lacking here, or older.
    package var fetched: Int64 = 0
    /// What became of the statements that were lacking there, or older.
    package var pushed = PushTally()
    /// The other hub's epoch.
    package var epoch: String?
    /// The other hub's position when the comparison began: what came later is behind it.
    package var cursor: String?

    package init() {}

    /// Whether both held the same.
    package var isEqual: Bool { fetched == 0 && pushed.sent == 0 }
}
