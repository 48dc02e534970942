package import Federation
package import JSON

/// Where a pulled feed goes, together with the position up to which it is held.
///
/// What was taken since the last ``commit(_:isEnd:)`` may be gone after ``discard()`` or a crash, and then comes again;
/// the position never lies beyond what is held.
package protocol PullTarget: AnyObject {
    /// The position behind what is held; `nil` where the feed has to be read from its beginning.
    func cursor(of collection: CollectionName) throws -> String?

    /// Prepares to hold the same as the hub although positions or totals do not fit; `error` is what the hub said of the
    /// position, where it said anything.
    ///
    /// A target that has another way than reading everything from the beginning throws.
    func startOver(_ collection: CollectionName, because error: ReplicationError?) throws

    /// Begins to take lines of `collection`.
    func begin(_ collection: CollectionName) throws

    /// Takes one verified line, as it was read and as it came; `raw` is good only during the call.
    func take(_ line: FeedLine, raw: RecordSlice) throws -> WinnerChange

    /// Makes everything taken durable, together with the position behind it; `isEnd` where nothing more comes for now.
    ///
    /// Returns how much that was held was dropped.
    func commit(_ cursor: String, isEnd: Bool) throws -> Int64

    /// Forgets what was taken since the last commit.
    func discard()

    /// Count and digest over everything held, where they have to be those of the hub's feed.
    func requiredTotal(of collection: CollectionName) throws -> SetDigest?
}
