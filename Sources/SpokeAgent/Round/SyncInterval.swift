/// How long a running spoke waits between rounds.
package struct SyncInterval: Sendable, Equatable {
    /// The part by which a wait is longer or shorter, so that many spokes do not come at once.
    package static let jitter = 0.25
    /// The shortest interval, in seconds.
    package static let shortest = 1
    /// The longest interval, in seconds: a week.
    package static let longest = 7 * 24 * 3_600

    /// The interval where none is set: an hour.
    package static let standard = SyncInterval(checked: 3_600)

    package let seconds: Int

    private init(checked seconds: Int) { self.seconds = seconds }

    /// An interval of `seconds`; `nil` outside the bounds.
    package init?(seconds: Int) {
        guard (SyncInterval.shortest...SyncInterval.longest).contains(seconds) else { return nil }
        self.seconds = seconds
    }

    /// The next wait; `chance` is a random number from 0 to 1.
    package func next(chance: Double) -> Duration {
        .seconds(seconds) * (1 - SyncInterval.jitter + 2 * SyncInterval.jitter * chance)
    }
}
