package import Federation

/// Statements to pass on, rendered: one line of the contributions feed each, with payload and vector.
package struct RelayBatch: Sendable {
    /// One of the lines.
    package struct Item: Sendable, Equatable {
        package var key: ContributionKey
        /// The origin's number of the statement.
        package var revision: Int64
        package var isRetraction: Bool
        /// Where the line ends in ``body``, its newline included.
        package var end: Int
    }

    package var items: [Item] = []
    package var body: [UInt8] = []
    /// The number of the contributions feed up to which everything was considered; where statements were asked for by
    /// their keys, the feed's head.
    package var through: Int64
    /// Whether there was more to consider.
    package var hasMore = false
}
