internal import Federation
internal import Presentation
internal import Replication

extension RoundReport {
    /// Unreadable lines shown of one collection; the rest is counted.
    private static let shownLines = 5

    /// The report as people read it: a table, what went wrong, and what to do next.
    package var text: String {
        var lines: [String] = []
        let shown = collections.filter { $0.scan != nil || !$0.pull.isEmpty || $0.winners > 0 || $0.status != .ok }
        if shown.isEmpty {
            if failure == nil, !hasNothingToDo {
                lines.append("Nothing to share and nothing to learn yet: no source has a file, and the hub no winner.")
            }
        } else {
            lines += table(shown)
        }
        if failure == nil, status == .ok, !shown.isEmpty, !isChange, !hasNothingToDo {
            lines.append("Nothing has changed since the last time.")
        }
        for report in collections { lines += report.findings(maximumLines: RoundReport.shownLines) }
        lines += notes
        if let failure { lines.append("\(kind.rawValue) did not finish: \(failure)") }
        return lines.map(HarmlessText.of).joined(separator: "\n")
    }

    private func table(_ reports: [CollectionReport]) -> [String] {
        var table: TextTable
        switch kind {
        case .sync:
            table = TextTable(
                ["collection", "read", "high value", "pushed", "unchanged", "refused", "retracted", "learned"],
                numbers: 1..<7
            )
            for report in reports { table.append([report.collection.text] + report.pushCells + [report.learnedCell]) }
        case .push:
            table = TextTable(
                ["collection", "read", "high value", "pushed", "unchanged", "refused", "retracted"],
                numbers: 1..<7
            )
            for report in reports { table.append([report.collection.text] + report.pushCells) }
        case .pull:
            table = TextTable(["collection", "held", "learned"], numbers: 1..<2)
            for report in reports {
                table.append([report.collection.text, String(report.winners), report.learnedCell])
            }
        }
        return table.lines
    }

    /// The report on one line, for a log.
    package var line: String {
        func sum(_ count: (CollectionReport) -> Int64) -> Int64 { collections.reduce(0) { $0 + count($1) } }
        var parts: [String] = []
        func add(_ count: Int64, _ what: String) {
            if count > 0 { parts.append("\(what) \(count)") }
        }
        add(sum(\.push.accepted), "pushed")
        add(sum(\.push.retracted), "retracted")
        let learned = collections.reduce(into: PullTally()) { $0.add($1.pull) }
        if !learned.learned.isEmpty { parts.append("learned " + CollectionReport.origins(learned.learned)) }
        add(learned.withdrawn, "withdrawn")
        add(learned.attributed, "attributed anew")
        add(sum(\.refused), "refused")
        add(sum { $0.scan?.unreadable ?? 0 }, "unreadable")
        add(sum { $0.heldRetractions?.count ?? 0 }, "held back")
        add(sum(\.withheld.count), "withheld")
        let failures = ([failure] + collections.map(\.problem)).compactMap { $0?.description }
        let problems = failures + collections.compactMap(\.checkpointFinding)
        let outcome = parts.isEmpty ? (failures.isEmpty ? "nothing new" : "") : parts.joined(separator: ", ")
        return (["\(kind.rawValue) \(status.name)"] + [outcome].filter { !$0.isEmpty } + problems)
            .joined(separator: ": ")
    }
}

extension CollectionReport {
    /// Read, at or above the threshold, pushed, unchanged, refused, retracted.
    fileprivate var pushCells: [String] {
        [scan?.read ?? 0, scan?.offerable ?? 0, push.accepted, unchanged, refused, push.retracted].map { String($0) }
    }

    /// What was learned, by origin, and what is no winner any more.
    fileprivate var learnedCell: String {
        var cell = CollectionReport.origins(pull.learned)
        if pull.withdrawn > 0 { cell += ", \(pull.withdrawn) withdrawn" }
        return cell
    }

    /// `21 (from bruno 12, chika 9)`.
    static func origins(_ learned: [NodeName: Int64]) -> String {
        let total = learned.values.reduce(0, +)
        guard total > 0 else { return "0" }
        let parts = learned.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \($0.value)" }
        return "\(total) (from \(parts.joined(separator: ", ")))"
    }

    /// What went wrong, each with what to do about it.
    func findings(maximumLines: Int) -> [String] {
        var lines: [String] = []
        for item in held {
            guard item.listed.isEmpty else {
                lines += retractionFindings(item, maximumLines)
                continue
            }
            lines.append(
                "\(collection): \(item.count) held back, refused as \(item.code); for example \(ShownText.of(item.exampleID)):"
                    + " \(ShownText.of(item.exampleDetail))"
            )
        }
        if held.contains(where: \.isRetried) {
            lines.append("  What may be taken later is sent again in every round.")
        }
        if held.contains(where: { !$0.isRetried && $0.listed.isEmpty }) {
            lines.append(
                "  Correct them in the source; each is sent again once it has changed, or with --retry-refused."
            )
        }
        lines += withheld.findings(collection, maximumLines: maximumLines)
        if let scan {
            lines += scan.unreadableFindings(collection, maximumLines: maximumLines)
            if scan.unreadable > 0 {
                lines.append("  Everything else was taken. Correct these lines; the next round reads them again.")
            }
        }
        if changedWhileRead > 0 {
            lines.append("\(collection): \(changedWhileRead) changed while they were read; the next round sends them")
        }
        if let heldRetractions { lines.append("\(collection): " + heldRetractions.description) }
        if pull.startedOver {
            lines.append("\(collection): read from the beginning, as positions or digests did not fit any more")
        }
        if let scan {
            lines += scan.guardFindings(collection, maximumLines: maximumLines)
            lines += scan.exclusions.map { "\(collection): \($0)" }
        }
        lines += (sinkFindings + sinkNotes).map { "\(collection): \($0)" }
        if let checkpointFinding { lines.append(checkpointFinding) }
        if let problem { lines.append("\(collection): \(problem)") }
        return lines
    }

    /// What operators retracted, each with who, when and why.
    private func retractionFindings(_ held: HeldItems, _ maximumLines: Int) -> [String] {
        let listed = held.listed.prefix(maximumLines)
        var lines = ["\(collection): \(held.count) held back, as the hub's operator retracted what they say:"]
        lines += listed.map { "  \(ShownText.of($0.id)): \(ShownText.of($0.detail))" }
        let more = held.count - Int64(listed.count)
        if more > 0 { lines.append("  and \(more) more; see --json for up to \(SourceLimits.listedLines)") }
        lines.append("  Once the operator has lifted that, the next round sends them again.")
        return lines
    }

    fileprivate var checkpointFinding: String? {
        checkpointProblem.map {
            "\(collection): everything is applied, but the hub could not be told so: \($0); the next round tells it again"
        }
    }
}

extension CollectionReport.HeldRetractions: CustomStringConvertible {
    package var description: String {
        let patterns = count == 1 ? "1 pattern was" : "\(count) patterns were"
        let event = "\(patterns) not taken back, because "
        switch reason {
        case .fileMissing(let paths):
            return event + "\(paths.joined(separator: ", ")) is missing or cannot be read; bring it back, or leave an"
                + " empty \(paths.contains { $0.contains("://") } ? "collection" : "file") there to take back what it held"
        case .sourceDropped(let paths):
            return event
                + "\(paths.joined(separator: ", ")) contributed before and is no source now; give its folder as"
                + " --source again, or --confirm-retractions to take back what only it held"
        case .unreadableLines:
            return event + "some lines could not be read and may be just these; correct the lines"
        case .tooMany(let live):
            return event
                + "that would be more than \(SourceLimits.unguardedPercent) % of the \(live) the hub has of this"
                + " node; if that is meant, run once with --confirm-retractions"
        }
    }
}
