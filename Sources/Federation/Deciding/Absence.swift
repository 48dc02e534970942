/// Why nothing is served for a pattern.
package enum Absence: String, Sendable, CaseIterable {
    /// No node ever said anything about it here.
    case neverSeen = "never-seen"
    /// An operator retracted it, or its content.
    case retracted
    /// Its contents differ and wait for a person.
    case conflict
    /// Its text was erased, and nobody has said it again.
    case erased
    /// Everybody who said it said something below the threshold.
    case belowThreshold = "below-threshold"
    /// Everybody who said it took it back.
    case takenBack = "taken-back"
    /// The node that said it was revoked, and what it said left out.
    case leftOut = "left-out"
    /// What was sent about it was refused.
    case quarantined

    /// What is known of a pattern that nothing is served for.
    package struct Evidence: Sendable {
        /// How a contribution stands.
        package enum Standing: String, Sendable {
            case candidate
            case belowThreshold = "below-threshold"
            /// Its content was retracted.
            case withheld
            case retracted
            case erased
        }

        package var contributions: [Standing]
        package var isRetracted: Bool
        package var isQuarantined: Bool
        package var wasLeftOut: Bool

        package init(contributions: [Standing], isRetracted: Bool, isQuarantined: Bool, wasLeftOut: Bool) {
            self.contributions = contributions
            self.isRetracted = isRetracted
            self.isQuarantined = isQuarantined
            self.wasLeftOut = wasLeftOut
        }
    }

    /// The reason that `evidence` gives; of several the one that has to be dealt with first.
    package init(_ evidence: Evidence) {
        let standings = evidence.contributions
        self =
            if evidence.isRetracted || standings.contains(.withheld) {
                .retracted
            } else if standings.contains(.candidate) {
                .conflict
            } else if standings.contains(.erased) {
                .erased
            } else if standings.contains(.belowThreshold) {
                .belowThreshold
            } else if evidence.isQuarantined {
                .quarantined
            } else if !standings.isEmpty {
                .takenBack
            } else if evidence.wasLeftOut {
                .leftOut
            } else {
                .neverSeen
            }
    }
}
