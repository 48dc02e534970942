/// What becomes of a pattern in which a rule finds something.
package enum GuardOutcome: String, Sendable, CaseIterable, Comparable {
    /// It leaves as it is, and the finding is reported.
    case warn
    /// It leaves with a placeholder where the finding was.
    case redact
    /// It does not leave.
    case block

    private var rank: Int {
        switch self {
        case .warn: 0
        case .redact: 1
        case .block: 2
        }
    }

    package static func < (left: GuardOutcome, right: GuardOutcome) -> Bool {
        left.rank < right.rank
    }
}
