internal import Federation

/// Every bound that this side puts on what it sends, receives and waits for.
package enum TransferLimits {
    /// Items in one push, unless the hub asks for smaller ones.
    package static let pushItems = 2_000
    /// Bytes in one push, unless the hub asks for smaller ones.
    package static let pushBytes = 2 * 1024 * 1024
    /// Tries of one request, the first included.
    ///
    /// A pull that gets on counts anew.
    package static let tries = 4
    /// Bytes of a manifest.
    package static let manifestBytes = 4 * 1024 * 1024
    /// Bytes of the answer to a push.
    package static let pushAnswerBytes = 16 * 1024 * 1024
    /// Bytes of what a hub says about one pattern: what many nodes said, with content where this node may read it.
    package static let explanationBytes = 64 * 1024 * 1024
    /// Bytes of the answer to a checkpoint.
    package static let checkpointAnswerBytes = 64 * 1024
    /// Bytes of one line of a feed or of an answer: a canonical payload can be longer than it was when it was sent, and a
    /// merged winner names its parents.
    package static let lineBytes = 2 * 1024 * 1024 + Limits.parents * parentBytes
    /// Bytes of one parent of a merged winner, at most.
    private static let parentBytes = 256
    /// Bytes of one answer to a pull; a longer one is cut, and the next request goes on behind its last checkpoint.
    package static let feedBytes = 16 * 1024 * 1024 * 1024
    /// Answers that one pull is put together from; what they brought is kept, and the next pull goes on behind it.
    package static let pullAnswers = 1_000
    /// Bytes of an answer without any line that says something: one line that is too long, or blank ones.
    package static let bytesBetweenLines = 2 * lineBytes
    /// Ranges whose digests are asked for at once: few enough for an answer of a megabyte.
    package static let comparedRanges = 64
    /// Ranges that wait to be compared: more than a hundred million statements lead to when each range is divided into
    /// equal parts, and few enough to be held.
    package static let openRanges = 16_384
    /// Requests for digests in one comparison, however much either hub says it has: enough for a hundred million
    /// differences.
    private static let comparisonRequests: Int64 = 1_000_000
    /// Requests for digests in a comparison of few statements.
    private static let leastComparisonRequests: Int64 = 64

    /// Requests for digests in the comparison of two collections of which the greater has `count` statements: far more
    /// than it takes where all of them differ, because whoever divides what it has so badly would never end.
    package static func comparisonRequests(of count: Int64) -> Int64 {
        leastComparisonRequests + min(max(count, 0) / 2, comparisonRequests)
    }
    /// Statements held that are read at a time to be compared.
    package static let comparedStatements = 1_000
    /// Statements that are fetched, or pushed, at once because they were found lacking.
    package static let selectedKeys = 500
    /// Resolutions that are passed on at once.
    package static let resolutionItems = 500
    /// Bytes of one answer of a resolutions feed: hubs end one with the resolution that reaches 4 MiB.
    package static let resolutionsBytes = 8 * 1024 * 1024
    /// Bytes of an answer with digests: of all ranges that are asked for at once, with the longest ids.
    package static let digestsAnswerBytes = 6 * 1024 * 1024
    /// Bytes of what a hub made of resolutions.
    package static let resolutionAnswerBytes = 2 * 1024 * 1024
    /// Values of one line, or of an answer that is one document: more than the longest item can have.
    package static let decodedValues = Limits.itemBytes
    /// Bytes of a line or document that may be decoded at the same time as others of other hubs: a hundred times as much
    /// memory, for as many hubs as there are links, is little.
    package static let undividedBytes = 16 * 1024
    /// The time for an answer with digests, for which the hub may read everything it has of a collection.
    package static let comparison = Duration.seconds(600)
    /// The longest time for which a transfer in which nothing arrives is left alone by whoever could be woken to end it.
    package static let longestSilence = Duration.seconds(60)
    /// The longest silence before a transfer is given up.
    package static let stall = Duration.seconds(60)
    /// The time for a small request and its small answer.
    package static let small = Duration.seconds(60)
    /// The time for one answer to a pull; what came is kept, and the next request goes on behind it.
    package static let feed = Duration.seconds(3_600)
    /// What is added to a long poll's wait for the answer to arrive.
    package static let pollGrace = Duration.seconds(15)
    /// Bytes a second below which a push is given up.
    package static let slowestBytesPerSecond = 4 * 1024

    /// The time for a push of `bytes` bytes.
    package static func pushDeadline(bytes: Int) -> Duration {
        small + .seconds(bytes / slowestBytesPerSecond)
    }
}
