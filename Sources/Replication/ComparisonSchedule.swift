/// When two hubs are compared although each seems to have everything of the other.
///
/// A hub that was restored from an older copy, and whose feeds have come as far again since, looks to others as if nothing
/// had happened: only what it holds shows it. So both hubs' digests are looked at once every interval, and where they
/// differ twice in a row although nothing is on its way, both are compared by ranges.
package struct ComparisonSchedule: Sendable {
    /// What a look at both hubs' digests showed.
    package enum Finding: Sendable, Equatable {
        /// Something is on its way, so that nothing can be said.
        case pending
        case equal
        case different
    }

    /// What is compared at the latest where digests say nothing: because a link leaves something out, or is never quiet.
    package static let unseen = Duration.seconds(3_600)
    /// The wait after a comparison that did not make digests equal, before the next one.
    package static let firstWait = Duration.seconds(900)
    /// The longest such wait: what one of both refuses, or cannot read, differs for good.
    package static let greatestWait = Duration.seconds(24 * 3_600)

    private let interval: Duration
    /// Whether equal digests of contributions are to be expected.
    private let hasEqualDigests: Bool
    private var nextLook: ContinuousClock.Instant
    /// When digests were conclusive, or both hubs compared.
    private var seenAt: ContinuousClock.Instant
    private var differed = false
    private var wait = ComparisonSchedule.firstWait
    private var notBefore: ContinuousClock.Instant

    /// A schedule from `now` on, with a look every `interval`.
    ///
    /// Without `hasEqualDigests` a link leaves some contributions out, and ranges are compared every ``unseen`` instead.
    package init(every interval: Duration, hasEqualDigests: Bool, now: ContinuousClock.Instant) {
        self.interval = interval
        self.hasEqualDigests = hasEqualDigests
        nextLook = now + interval
        seenAt = now
        notBefore = now
    }

    /// Whether digests are to be looked at.
    package func isDue(_ now: ContinuousClock.Instant) -> Bool { now >= nextLook }

    /// Takes what a look at `now` showed; returns whether both hubs are to be compared by ranges.
    package mutating func note(_ finding: Finding, now: ContinuousClock.Instant) -> Bool {
        switch finding {
        case .pending: break
        case .equal:
            nextLook = now + interval
            (differed, wait, notBefore) = (false, ComparisonSchedule.firstWait, now)
            if hasEqualDigests { seenAt = now }
        case .different:
            nextLook = now + interval
            if hasEqualDigests { seenAt = now }
            // Once may be something that one of both counted already, and the other one not yet.
            guard differed else {
                differed = true
                break
            }
            guard now >= notBefore else { break }
            differed = false
            notBefore = now + wait
            wait = min(wait * 2, ComparisonSchedule.greatestWait)
            seenAt = now
            return true
        }
        guard now - seenAt >= ComparisonSchedule.unseen else { return false }
        seenAt = now
        return true
    }
}
