package import Federation
internal import Presentation
internal import Replication

extension StateReport {
    /// Lines that are shown of each kind of finding.
    private static let shownLines = 3

    /// The report as people read it at `now`: how it stands, what each collection has, and what to do.
    package func text(at now: Timestamp) -> String {
        guard let node, let endpoint else {
            let pause = run?.pause.map { "\npaused: \($0)" } ?? ""
            let imported = entries.reduce(0) { $0 + $1.imported }
            let held =
                imported > 0 ? "; it holds \(imported) imported, which 'tributary-spoke list COLLECTION' shows" : ""
            return "this state has not met a hub yet\(held); run 'tributary-spoke sync'" + pause
        }
        let place = preferred.map { ", until \($0) answers, which is preferred" } ?? ""
        func time(_ time: Timestamp?) -> String {
            time.map { "\(StateReport.seconds($0)) (\(StateReport.distance(from: now, to: $0)))" } ?? "never"
        }
        var lines = [
            "node \(node), incarnation \(incarnation.map { "\($0)" } ?? "unknown")", "hub \(endpoint)\(place)",
            "hub id \(hub ?? "unknown"), epoch \(epoch ?? "unknown")", standing,
            "last round \(time(lastRoundAt)), last success \(time(lastSuccessAt))",
            run.map {
                $0.pause == nil
                    ? "next round \(time($0.dueAt)), by process \($0.process), or sooner when there is news"
                    : "no round while process \($0.process) pauses"
            }
                ?? "no spoke runs here; the next round is when you start 'tributary-spoke sync' or 'run'",
        ]
        if let pause = run?.pause { lines.append("paused: \(pause)") }
        if let lastError { lines.append("last error: \(lastError)") }
        for hub in hubs {
            let incarnation = hub.incarnation.map { "\($0)" } ?? "unknown"
            let pending = hub.pending > 0 ? ", \(hub.pending) without an answer" : ""
            let problem = hub.lastError.map { ", last error: \($0)" } ?? ""
            lines.append(
                "further hub \(hub.endpoint), there \(hub.node), incarnation \(incarnation), last success"
                    + " \(time(hub.lastSuccessAt))\(pending)\(problem)"
            )
        }
        return (lines.map(HarmlessText.of) + table(now).lines + findings.map(HarmlessText.of)).joined(separator: "\n")
    }

    /// Whether all is done, and what is not.
    private var standing: String {
        guard lastSuccessAt != nil else { return "not yet in step: no round has succeeded" }
        let pull = entries.reduce(0) { $0 + ($1.behind ?? 0) }
        let push = entries.reduce(0) { $0 + $1.pending }
        let changed = entries.filter { $0.hasChangedSources == true }.map(\.collection.text)
        var parts: [String] = []
        if pull > 0 { parts.append("\(pull) \(pull == 1 ? "change" : "changes") to pull") }
        if push > 0 { parts.append("\(push) \(push == 1 ? "statement" : "statements") without an answer") }
        if !changed.isEmpty {
            parts.append("sources changed since they were read, of \(changed.joined(separator: ", "))")
        }
        if !parts.isEmpty { return "behind: " + parts.joined(separator: "; ") }
        return lastError == nil ? "in step with what the hub had in the last round" : "the last round failed; see below"
    }

    private func table(_ now: Timestamp) -> TextTable {
        var table = TextTable(
            [
                "collection", "offered", "pending", "refused", "held back", "winners held", "behind", "hub knows",
                "last pull",
            ],
            numbers: 1..<7
        )
        for entry in entries {
            let heldBack = (entry.scan?.held ?? 0) + (entry.heldRetractions?.count ?? 0) + entry.withheld.count
            let counts = [entry.offered, entry.pending, entry.refused, heldBack, entry.winners].map { String($0) }
            let words = [
                entry.behind.map { String($0) } ?? "?", entry.isReported ? "yes" : "no",
                entry.pulledAt.map { StateReport.distance(from: now, to: $0) } ?? "never",
            ]
            table.append([entry.collection.text] + counts + words)
        }
        return table
    }

    /// What is not as it should be, each with what to do about it.
    private var findings: [String] {
        entries.flatMap { entry -> [String] in
            var report = CollectionReport(of: entry.collection)
            report.held = entry.held
            report.withheld = entry.withheld
            report.scan = entry.scan
            var lines = report.findings(maximumLines: StateReport.shownLines)
            if let hold = entry.heldRetractions { lines.append("\(entry.collection): \(hold.because)") }
            return lines
        }
    }

    private static func seconds(_ time: Timestamp) -> String { time.description.prefix(19) + "Z" }

    /// `5 min ago`, `in 40 min`.
    private static func distance(from now: Timestamp, to time: Timestamp) -> String {
        let seconds = (time.microseconds - now.microseconds) / 1_000_000
        if seconds == 0 { return "now" }
        let length = ShownDuration.text(seconds: Int64(clamping: seconds.magnitude))
        return seconds < 0 ? "\(length) ago" : "in \(length)"
    }
}
