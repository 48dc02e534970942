internal import Federation

/// Every bound on reading sources.
enum SourceLimits {
    /// Bytes of one line: a vector in long decimal numbers may be larger here than it is when it is sent.
    static let lineBytes = 4 * Limits.itemBytes
    /// Bytes that a payload has at least before the same under another id is taken for a copy: "no", said of two things,
    /// is none.
    static let copyBytes = 64
    /// Contents of other nodes that are remembered, so that a copy is known again.
    static let foreignContents: Int64 = 1_000_000
    /// Patterns that were refused as retracted and are offered again in one round after operators resolved something.
    static let retriedRetracted = 2_000
    /// Patterns that are kept of one followed log and collection, the newest.
    static let harvestItems: Int64 = 100_000
    /// Bytes of what a scan keeps on the disk, so that it is not made a second time; what is beyond is read again.
    static let spoolBytes: Int64 = 512 * 1024 * 1024
    /// Bytes of a log that are read before what they brought is made durable.
    static let logPortionBytes: Int64 = 1024 * 1024
    /// How often a log is taken up in one round that is begun anew while it is read.
    static let logAttempts = 3
    /// Unreadable lines that are listed one by one; the others are counted.
    static let listedLines = 20
    /// Retractions that are always made.
    static let unguardedRetractions: Int64 = 10
    /// The part of what the hub has of this node that may go at once, in percent, beyond that.
    static let unguardedPercent: Int64 = 20
}
