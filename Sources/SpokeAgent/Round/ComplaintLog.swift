/// Which failures were said lately, so that a hub that is away for days does not fill a log.
struct ComplaintLog {
    private var said: (key: String, at: Duration)?

    /// Whether a failure that `key` identifies is to be said at `now`: it is another than the last one, or an old one.
    mutating func isWorthSaying(_ key: String, at now: Duration) -> Bool {
        if let said, said.key == key, now - said.at < FailoverLimits.repeatedComplaint { return false }
        said = (key, now)
        return true
    }

    /// Ends the failure; whatever comes next is said.
    mutating func forget() { said = nil }
}
