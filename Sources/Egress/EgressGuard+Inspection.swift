extension EgressGuard {
    /// How often a redacted payload is looked at again, until nothing is found in it.
    private static let passes = 4
    /// Longer names are cut in pointers.
    private static let shownNameBytes = 64

    /// What stands in the place of what `rule` redacts.
    package static func mark(_ rule: String) -> String { "‹redacted:\(rule)›" }

    /// Looks at everything that would leave of a pattern: its id, its canonical `payload`, names and values, and the name
    /// of its vector's model.
    ///
    /// What is found in an id, a model's name or a member's name cannot be redacted and blocks. A payload that is no
    /// canonical text is blocked too, by the rule `unreadable-payload`.
    package func inspect(payload: [UInt8], id: [UInt8], vectorModel: String?) -> Inspection {
        var findings = findings(inName: id, "/id")
        if let vectorModel { findings += self.findings(inName: Array(vectorModel.utf8), "/vector_model") }
        let isBlocked = findings.contains { $0.outcome == .block }
        var current = payload
        for pass in 1...EgressGuard.passes {
            guard let step = look(at: current) else {
                findings.append(GuardFinding(rule: "unreadable-payload", outcome: .block, place: "/payload", count: 1))
                return Inspection(outcome: .blocked, findings: findings)
            }
            // A warning stays what it is, however often it is met.
            findings += pass == 1 ? step.findings : step.findings.filter { $0.outcome != .warn }
            if isBlocked || step.isBlocked { return Inspection(outcome: .blocked, findings: findings) }
            guard let redacted = step.redacted else {
                return Inspection(outcome: pass == 1 ? .clean : .redacted(current), findings: findings)
            }
            current = redacted
        }
        // What a placeholder does not silence does not leave.
        for index in findings.indices where findings[index].outcome == .redact { findings[index].outcome = .block }
        return Inspection(outcome: .blocked, findings: findings)
    }

    /// What is found in a canonical `payload`, each with the entry by which it could be allowed: for its owner alone, as a
    /// short secret can be guessed from its digest.
    package func allowable(inPayload payload: [UInt8]) -> [(finding: GuardFinding, entry: AllowedSecret)] {
        payload.withUnsafeBytes { bytes in
            var walk = PayloadWalk(self, bytes, tellsEntries: true)
            return walk.run() ? walk.entries : []
        }
    }

    private func look(at payload: [UInt8]) -> (findings: [GuardFinding], isBlocked: Bool, redacted: [UInt8]?)? {
        payload.withUnsafeBytes { bytes in
            var walk = PayloadWalk(self, bytes)
            guard walk.run() else { return nil }
            let redacted = walk.isRedacted && !walk.isBlocked ? walk.finish() : nil
            return (walk.findings, walk.isBlocked, redacted)
        }
    }

    private func findings(inName name: [UInt8], _ place: String) -> [GuardFinding] {
        name.withUnsafeBytes { bytes in
            find(in: GuardText(bytes), namedBy: nil).map { found in
                let (rule, outcome) = rules[found.rule]
                return GuardFinding(
                    rule: rule.id,
                    outcome: outcome == .redact ? .block : outcome,
                    place: place,
                    count: 1
                )
            }
        }
    }

    /// `text` with a mark in the place of everything that is found in it, whatever is to become of it.
    package func marked(_ text: String) -> String {
        var text = text
        return text.withUTF8 { String(decoding: marked(GuardText(UnsafeRawBufferPointer($0))), as: UTF8.self) }
    }

    private func marked(_ text: GuardText) -> [UInt8] {
        var shown: [UInt8] = []
        var index = 0
        for found in find(in: text, namedBy: nil) {
            shown += text.copy(index..<found.range.lowerBound)
            shown += EgressGuard.mark(rules[found.rule].rule.id).utf8
            index = found.range.upperBound
        }
        return shown + text.copy(index..<text.count)
    }

    /// A member's name as a pointer spells it, with placeholders for what is found in it.
    func shownName(_ name: [UInt8]) -> String {
        name.withUnsafeBytes { bytes in
            let shown = marked(GuardText(bytes))
            let isCut = shown.count > EgressGuard.shownNameBytes
            let cut = String(decoding: shown.prefix(EgressGuard.shownNameBytes), as: UTF8.self)
            let escaped = cut.split(separator: "~", omittingEmptySubsequences: false).joined(separator: "~0")
                .split(separator: "/", omittingEmptySubsequences: false).joined(separator: "~1")
            return isCut ? escaped + "…" : escaped
        }
    }
}
