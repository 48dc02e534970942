/// How long to wait between attempts to connect: twice as long after each failure, up to a bound.
struct ReconnectBackoff {
    private var failures = 0
    private var notBefore: ContinuousClock.Instant?

    private static let first: Duration = .milliseconds(50)
    private let longest: Duration

    init(longest: Duration) {
        self.longest = longest
    }

    /// What is left of the wait, at the time `now`.
    func remaining(at now: ContinuousClock.Instant) -> Duration {
        guard let notBefore, notBefore > now else { return .zero }
        return notBefore - now
    }

    mutating func recordFailure(at now: ContinuousClock.Instant) {
        // Doubling stops long before it could overflow; the bound below is reached first.
        let wait = min(longest, Self.first * (1 << min(failures, 16)))
        failures += 1
        notBefore = now + wait
    }

    mutating func recordSuccess() {
        failures = 0
        notBefore = nil
    }
}
