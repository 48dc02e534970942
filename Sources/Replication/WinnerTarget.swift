package import Federation
package import JSON

/// Where pulled winners go, together with the position up to which they are held.
///
/// Lines and position become durable at once: what was applied since the last ``commit(_:isEnd:)`` is gone after
/// ``discard()`` or a crash.
package protocol WinnerTarget: PullTarget {
    /// The position behind the last winner held; `nil` where the collection has to be read from its beginning.
    func cursor(of collection: CollectionName) throws -> String?

    /// Forgets the position, so that the collection is read from its beginning; what is then not sent again is dropped
    /// at the end of that pull, and not before.
    func startOver(_ collection: CollectionName) throws

    /// Begins to take winners of `collection`.
    func begin(_ collection: CollectionName) throws

    /// Takes one verified line.
    func apply(_ line: FeedLine) throws -> WinnerChange

    /// Makes everything applied durable, together with the position behind it; `isEnd` where nothing more comes for now.
    ///
    /// Returns how many winners were dropped because a pull from the beginning did not name them.
    func commit(_ cursor: String, isEnd: Bool) throws -> Int64

    /// Forgets what was applied since the last commit.
    func discard()

    /// Count and digest over all winners held of `collection`.
    func total(of collection: CollectionName) throws -> SetDigest
}

extension WinnerTarget {
    package func take(_ line: FeedLine, raw: RecordSlice) throws -> WinnerChange {
        try apply(line)
    }

    package func startOver(_ collection: CollectionName, because error: ReplicationError?) throws {
        try startOver(collection)
    }

    package func requiredTotal(of collection: CollectionName) throws -> SetDigest? {
        try total(of: collection)
    }
}
