internal import Replication

/// Which of several hubs, listed in the order of preference, is worked with.
///
/// Knows no hub and no clock; times are those since some moment.
package struct HubRotation: Equatable {
    package let count: Int
    /// The position of the hub in use.
    package private(set) var current: Int
    /// That of the hub which was in use before the return to a preferred one, while what it had is still shown.
    package private(set) var previous: Int?
    private var failures = 0
    private var failingSince: Duration?
    private var looks = 0
    private var nextLook: Duration?
    private var graceEnd: Duration?

    /// A rotation of `count` hubs that begins with the one at `current`.
    package init(count: Int, current: Int = 0) {
        self.count = count
        self.current = current < count ? current : 0
    }

    /// The hub in use did what was asked.
    package mutating func succeed() {
        failures = 0
        failingSince = nil
    }

    /// The hub in use did not answer, or had no time; returns whether another one is to be looked for.
    package mutating func fail(at now: Duration) -> Bool {
        failures += 1
        let since = failingSince ?? now
        failingSince = since
        guard count > 1 else { return false }
        return failures >= FailoverLimits.failures || now - since >= FailoverLimits.patience
    }

    /// The hubs that could take the place of the one in use, the most preferred first.
    package var alternatives: [Int] { (0..<count).filter { $0 != current } }

    /// The hubs that are preferred to the one in use.
    package var preferred: Range<Int> { 0..<current }

    /// Has the hub at `index` be used from now on.
    package mutating func use(_ index: Int, at now: Duration) {
        previous = index < current ? current : nil
        graceEnd = previous == nil ? nil : now + FailoverLimits.grace
        current = index
        succeed()
        looks = 0
        nextLook = nil
    }

    /// Whether it is time to see whether a preferred hub answers; at first it is.
    package func isLookDue(at now: Duration) -> Bool {
        current > 0 && nextLook.map { now >= $0 } ?? true
    }

    /// No preferred hub answered.
    package mutating func lookedInVain(at now: Duration, chance: Double) {
        looks += 1
        nextLook = now + FailoverLimits.looks.delay(afterFailures: looks, retryAfter: nil, chance: chance)
    }

    /// Ends the time in which more is shown than the hub in use has; returns whether it ended now.
    package mutating func endGrace(at now: Duration) -> Bool {
        guard let graceEnd, now >= graceEnd else { return false }
        self.graceEnd = nil
        previous = nil
        return true
    }

    /// When something has to be done next that is not a round; `nil` where nothing has.
    package var nextMoment: Duration? {
        [current > 0 ? nextLook : nil, graceEnd].compactMap { $0 }.min()
    }

    /// Whose winners are shown, in the order in which they count.
    package var shown: [Int] { [current] + Array(preferred) + [previous].compactMap { $0 } }
}
