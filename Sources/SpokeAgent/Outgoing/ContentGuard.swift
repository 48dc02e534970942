internal import Digest
package import Egress
package import Federation
internal import Replication

/// Keeps secrets and personal data from leaving this machine.
package struct ContentGuard: Sendable {
    /// In what form a pattern may leave.
    package enum Passage {
        /// As it is; the codes are those of warnings.
        case asIs(codes: [String])
        /// With placeholders in place of what the rules found.
        case redacted(payload: [UInt8], codes: [String])
        /// Not at all.
        case blocked(codes: [String])
    }

    /// What the parser quotes of a line that it cannot read follows this.
    private static let quotation = " near '"

    package let egress: EgressGuard

    package init(_ egress: EgressGuard = .standard) {
        self.egress = egress
    }

    /// The same key, the same answers.
    package var key: String { "guard \(egress.version.hex)" }

    /// In what form a pattern with this canonical payload may leave; everything that would be sent of it is looked at.
    package func inspect(_ id: PatternID, payload: [UInt8], vectorModel: String?) -> Passage {
        let inspection = egress.inspect(payload: payload, id: Array(id.description.utf8), vectorModel: vectorModel)
        var codes: [String] = []
        for finding in inspection.findings {
            let code = GuardCode.code(finding)
            if !codes.contains(code) { codes.append(code) }
        }
        return switch inspection.outcome {
        case .clean: .asIs(codes: codes)
        case .redacted(let payload): .redacted(payload: payload, codes: codes)
        case .blocked: .blocked(codes: codes.filter(GuardCode.isHeld))
        }
    }

    /// `text`, which may quote a pattern, as it can be shown, kept and logged: with placeholders for what is found in it.
    package func shown(_ text: String) -> String {
        // Of what is quoted in part only, nobody can say whether it is part of a secret.
        let end = text.firstRange(of: ContentGuard.quotation)?.lowerBound ?? text.endIndex
        return ShownText.of(egress.marked(String(text[..<end])))
    }

    /// An id as it can be shown, kept and logged: the same unless something is found in it.
    package func shown(_ id: PatternID) -> String {
        egress.marked(id.description)
    }
}

/// What the guard did because of a rule, as reports name it: `held-`, `redacted-` or `warned-` and the rule's id.
package enum GuardCode {
    private static let held = "held-"
    private static let redacted = "redacted-"
    private static let warned = "warned-"

    static func code(_ finding: GuardFinding) -> String {
        switch finding.outcome {
        case .block: held + finding.rule
        case .redact: redacted + finding.rule
        case .warn: warned + finding.rule
        }
    }

    static func isRedaction(_ code: String) -> Bool { code.hasPrefix(redacted) }

    static func isHeld(_ code: String) -> Bool { code.hasPrefix(held) }

    /// Whether the guard gave `code`, whatever came of it.
    static func isOfGuard(_ code: String) -> Bool { isHeld(code) || isRedaction(code) || isWarning(code) }

    private static func isWarning(_ code: String) -> Bool { code.hasPrefix(warned) }

    /// What codes of a pattern that leaves say of it, for people; empty where there is nothing to say.
    package static func text(_ codes: [String]) -> String {
        let replaced = codes.filter(isRedaction).map { $0.dropFirst(redacted.count) }
        let doubtful = codes.filter(isWarning).map { $0.dropFirst(warned.count) }
        var text = ""
        if !replaced.isEmpty { text += "; with placeholders for \(replaced.joined(separator: ", "))" }
        if !doubtful.isEmpty { text += "; look at it: \(doubtful.joined(separator: ", "))" }
        return text
    }
}
