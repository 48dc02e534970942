import Federation
import HubStore

extension PatternRecord {
    /// What is known of the pattern where nothing is served.
    var evidence: Absence.Evidence {
        Absence.Evidence(
            contributions: contributions.map { $0.standing(under: policy) },
            isRetracted: decidingResolution?.retracts ?? false,
            isQuarantined: !quarantine.isEmpty,
            wasLeftOut: history.contains(where: \.wasLeftOut)
        )
    }

    /// The answer in a sentence.
    func summary(_ explanation: Explanation) -> String {
        let decision = explanation.decision
        guard let winner = decision.candidate else {
            let absence = Absence(evidence)
            guard time != nil else { return "nothing is served: " + detail(of: absence) }
            if absence == .erased { return "what was served cannot be told: " + detail(of: absence) }
            return "nothing was served: " + detail(of: absence)
        }
        let value = "value \(winner.value)"
        if decision.state == .conflict {
            let served = explanation.writtenBy.map { "what \($0) wrote" } ?? "\(winner.origin)'s version"
            return "\(served), resolved last, is served while a conflict waits for a person"
        }
        if let composition = decision.composition {
            guard composition.parents.isEmpty else {
                let count = composition.parents.references?.count ?? 0
                return "a content merged from \(count) nodes is served, \(value)"
            }
            let by = decidingResolution?.decidedBy ?? "an operator"
            return "what \(by) resolved is served, \(value)"
        }
        if let resolution = decidingResolution {
            return "\(winner.origin)'s version is served, chosen by \(resolution.decidedBy): \(resolution.reason)"
        }
        guard let runnerUp = explanation.runnerUp else {
            return "\(winner.origin)'s version is served, \(value); nobody else says anything that could win"
        }
        return "\(winner.origin)'s version is served, \(value), before \(runnerUp.origin)'s, value \(runnerUp.value)"
    }

    /// The reason of an absence, and what to do about it.
    func detail(of absence: Absence) -> String {
        switch absence {
        case .neverSeen: return "no node ever said anything about it here"
        case .retracted:
            guard let resolution = retraction else { return "its content was retracted" }
            return "retracted on \(resolution.decidedAt) by \(resolution.decidedBy): \(resolution.reason)"
        case .conflict:
            return
                "its contents differ, and in collection '\(policy.collection)' a person decides"
        case .erased:
            guard let erasure else { return "its text was erased, and no node has said it again since" }
            let what = "its text was erased on \(erasure.decidedAt) by \(erasure.decidedBy)"
            return time == nil
                ? "\(what), and no node has said it again since: \(erasure.reason)" : "\(what): \(erasure.reason)"
        case .belowThreshold:
            let best = contributions.filter { $0.standing(under: policy) == .belowThreshold }
                .map(\.candidate).max { $0.value < $1.value }
            guard let best else { return "every contribution is below the threshold of \(policy.threshold)" }
            return
                "the best contribution, \(best.origin)'s, has value \(best.value), below the threshold of "
                + "\(policy.threshold)"
        case .takenBack: return "everybody who shared it has taken it back"
        case .leftOut:
            let origins = Set(history.filter(\.wasLeftOut).map(\.reference.origin)).sorted()
            return "said by \(origins.map(\.text).joined(separator: ", ")), revoked since and left out"
        case .quarantined:
            guard let entry = quarantine.first else { return "what was sent about it was refused" }
            return
                "what \(entry.node) sent was refused (\(entry.item.refusal.code.rawValue)): "
                + entry.item.refusal.detail
        }
    }
}
