internal import Federation
internal import Replication

extension SpokeAgent {
    /// Pulls the winners of a collection where the hub has others than are held, and brings its sink files up to date.
    func pull(_ entry: ManifestDocument.Entry, _ report: inout CollectionReport) throws {
        let collection = entry.policy.collection
        try pullWinners(entry, &report)
        report.withheld = try state.withheldStatements(in: state.number(of: collection))
        report.winners = try state.winnerPosition(of: collection).count
        var isApplied = true
        let shown = try home.sinkState(of: collection)
        for sink in settings.sinks {
            do {
                let outcome = try sink.update(collection, from: shown)
                if outcome.isChanged { report.sinksWritten += 1 }
                report.sinkFindings += outcome.findings
                report.sinkNotes += outcome.notes
                isApplied = isApplied && outcome.findings.isEmpty
            } catch let error as SpokeError {
                // Other sinks and collections go on; the next round tries this one again.
                report.problem = report.problem ?? error
                isApplied = false
            }
        }
        if isApplied { try reportApplied(collection, &report) }
    }

    /// Whether this node said something in a collection of which its state knew nothing, because that was lost; then what
    /// others say is learned before anything is offered, because copies of it may be among its own.
    ///
    /// One that never said anything has pulled nothing either, as far as anybody knows: what it has, it found itself.
    func hasForgotten(_ entry: ManifestDocument.Entry, _ number: Int64) throws -> Bool {
        try entry.winners.set.count > 0 && state.hasForgotten(in: number)
    }

    /// Pulls the winners of a collection where the hub has others than are held.
    func pullWinners(_ entry: ManifestDocument.Entry, _ report: inout CollectionReport) throws {
        let collection = entry.policy.collection
        let position = try state.winnerPosition(of: collection)
        let lacksVectors = try settings.keepsVectors && state.lacksVectors(collection)
        let hasPushed = report.push.accepted > 0 || report.push.retracted > 0
        guard position.cursor != entry.winners.cursor || lacksVectors || hasPushed else { return }
        let mirror = WinnerMirror(state: state, keepsVectors: settings.keepsVectors, now: environment.now)
        let cycle = PullCycle(client: client, collection: collection, withVectors: settings.keepsVectors)
        report.wasPulled = true
        // What was said here and won is no news.
        defer { report.ownWinners += report.pull.learned.removeValue(forKey: settings.node) ?? 0 }
        try cycle.run(into: mirror, &report.pull) { lines in progress("\(collection): pulled \(lines)") }
    }
}
