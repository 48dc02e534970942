/// How long to wait between tries: growing, bounded, and never in step with other nodes.
package struct Backoff: Sendable, Equatable {
    /// Between one request and its repetition.
    package static let request = Backoff(first: .milliseconds(500), greatest: .seconds(60))
    /// Between rounds of a node that runs on while the hub is away.
    package static let round = Backoff(first: .seconds(2), greatest: .seconds(300))

    /// The wait after the first failure, before jitter.
    package var first: Duration
    /// No wait is longer, whatever the hub asks for.
    package var greatest: Duration

    package init(first: Duration, greatest: Duration) {
        self.first = first
        self.greatest = greatest
    }

    /// Doublings after which the wait no longer grows.
    private static let greatestExponent = 20
    /// What is added, at most, to a wait that the hub asked for, as a part of it.
    private static let retryAfterJitter = 0.25

    /// The wait after `failures` failures in a row, counted from 1.
    ///
    /// `chance` is a random number from 0 to 1. The wait lies between half of the doubled `first` and all of it; a wait
    /// that the hub asked for is a lower bound, and up to a quarter longer so that not everybody returns at once.
    package func delay(afterFailures failures: Int, retryAfter: Duration?, chance: Double) -> Duration {
        let exponent = min(max(failures - 1, 0), Backoff.greatestExponent)
        let full = min(first * (1 << exponent), greatest)
        let own = full * (0.5 + 0.5 * chance)
        guard let retryAfter else { return own }
        return min(max(own, retryAfter * (1 + Backoff.retryAfterJitter * chance)), greatest)
    }
}
