/// What a snapshot turned out to be, once it was read to its end.
package struct SnapshotSummary: Sendable, Equatable {
    /// What one collection holds.
    package struct Entry: Sendable, Equatable {
        package var collection: CollectionName
        /// Refused ones too.
        package var items: Int64
    }

    /// Whose it is, in the words of whoever made it.
    package var nodeID: String?
    /// When it was made, in whatever zone its maker took for granted.
    package var takenAt: Timestamp?
    /// Whether it says what has to be in it, and holds just that.
    package var isVerified: Bool
    /// In the order of the file.
    package var entries: [Entry]
}
