/// Every bound on looking for what is wrong.
enum DoctorLimits {
    /// The time for what a look asks of the disk alone; a network file system that is gone answers never.
    static let disk = Duration.seconds(10)
    /// The time for reading a whole state, which may have some hundred megabytes.
    static let integrity = Duration.seconds(60)
    /// The time for asking a hub, a little longer than the request itself may take.
    static let hub = Duration.seconds(12)
    /// The time for asking other services on the way to a source or a sink.
    static let service = Duration.seconds(12)
    /// How often a look that is under way is looked after.
    static let pause = Duration.milliseconds(5)

    /// Seconds by which clocks may differ before it is worth a word.
    static let clockWarning: Int64 = 30
    /// Seconds by which a clock may be ahead before a hub refuses what this machine says; see `Limits.clockAheadSeconds`.
    static let clockProblem: Int64 = 3_600
    /// Free bytes below which a round may fail at any time.
    static let freeProblem: Int64 = 16 * 1024 * 1024
    /// Free bytes below which it is worth a word.
    static let freeWarning: Int64 = 256 * 1024 * 1024
    /// Records of one part of a source that are read to learn how many are readable.
    static let sampledRecords = 1_000
    /// Unreadable records in a hundred beyond which it is worth a word.
    static let unreadablePercent = 5
    /// Parts of a source that are looked into.
    static let parts = 64
}
