package import Replication

/// Every bound on working with several hubs.
package enum FailoverLimits {
    /// Hubs that a spoke can have, those that are only pulled included.
    package static let hubs = 8
    /// Failures in a row after which another hub is looked for.
    package static let failures = 3
    /// The time without success after which another hub is looked for, however few tries that was.
    package static let patience = Duration.seconds(120)
    /// Between two looks at whether a hub that is preferred answers again.
    package static let looks = Backoff(first: .seconds(5), greatest: .seconds(300))
    /// How long, after the return to a preferred hub, what the other one had in addition is still shown: hubs take a while
    /// to tell each other.
    package static let grace = Duration.seconds(600)
    /// The same failure of the same hub is said again after this time.
    package static let repeatedComplaint = Duration.seconds(3_600)
    /// Between two looks at whether there is still a reason to send nothing.
    package static let pauseLook = Duration.seconds(60)
}
