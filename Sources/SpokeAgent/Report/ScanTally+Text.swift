internal import Federation

extension ScanTally {
    /// The lines that could not be read, each with its place.
    func unreadableFindings(_ collection: CollectionName, maximumLines: Int) -> [String] {
        guard unreadable > 0 else { return [] }
        let shown = badLines.prefix(maximumLines)
        var lines = ["\(collection): \(unreadable) \(unreadable == 1 ? "line" : "lines") could not be read:"]
        lines += shown.map { "  \($0.path):\($0.line): \($0.code): \($0.detail)" }
        let more = unreadable - Int64(shown.count)
        if more > 0 { lines.append("  and \(more) more; see --json for up to \(SourceLimits.listedLines)") }
        return lines
    }

    /// What stays here by the owner's wish, or is no pattern, by the reasons.
    var exclusions: [String] {
        func list(_ codes: [String]) -> String { codes.map { "\($0) \(reasons[$0] ?? 0)" }.joined(separator: ", ") }
        let rules = SharingExclusion.allCases.map(\.rawValue).filter { reasons[$0] != nil }
        let events = reasons.keys.filter { $0.hasPrefix("event-") }.sorted()
        return [
            rules.isEmpty ? nil : "\(notShared) not shared, by your rules: \(list(rules))",
            events.isEmpty ? nil : "events of telemetry that are no patterns to share: \(list(events))",
        ].compactMap(\.self)
    }

    /// What the guard holds back, by where it stands and which rule it meets, and what leaves with placeholders.
    func guardFindings(_ collection: CollectionName, maximumLines: Int) -> [String] {
        var lines: [String] = []
        if held > 0 {
            let shown = heldRecords.prefix(maximumLines)
            lines.append("\(collection): \(held) held back on this machine:")
            lines += shown.map { held in
                let place = SourceRecord.place(in: held.part, held.number)
                return "  \(place): \(held.rules.joined(separator: ", ")): \(held.id)"
            }
            let more = held - Int64(shown.count)
            if more > 0 { lines.append("  and \(more) more; see --json for up to \(SourceLimits.listedLines)") }
            lines.append(
                "  Take out of them what must not leave, or allow it as 'tributary-spoke guard check FILE' says; the next"
                    + " round reads them again."
            )
        }
        if redacted > 0 {
            let rules = reasons.filter { GuardCode.isRedaction($0.key) }.sorted { $0.key < $1.key }
            let counts = rules.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
            lines.append("\(collection): \(redacted) shared with placeholders and without vectors: \(counts)")
        }
        return lines
    }
}
