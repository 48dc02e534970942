internal import Federation
internal import JSON
internal import Replication

extension SpokeAgent {
    /// Offers what the sources have of a collection and the hub has not, and takes back what they no longer have.
    func push(_ entry: ManifestDocument.Entry, _ report: inout CollectionReport) throws {
        let policy = entry.policy
        let number = try state.number(of: policy.collection)
        let sources = try openSources(policy, number)
        defer {
            report.held = (try? state.heldItems(in: number)) ?? []
            report.withheld = (try? state.withheldStatements(in: number)) ?? WithheldStatements()
        }
        // What cannot be read now keeps nothing else from being read.
        report.problem = report.problem ?? sources.failure
        try followResolutions(entry, number, hasFiles: isTelling(sources), &report)
        guard isTelling(sources) else {
            report.heldRetractions = try holdOfAll(sources, number)
            return
        }
        try catchUp(entry, number)
        if try hasForgotten(entry, number) {
            try pullWinners(entry, &report)
            // Everything is begun again.
            guard !report.pull.historyChanged else { return }
        }
        let key = sources.key(policy: policy, node: settings.node, outgoing: settings.outgoing.key)
        let last = try state.lastScan(of: number)
        report.scan = last.tally.flatMap(ScanTally.init(json:))
        if key != nil, last.key == key, report.scan != nil, try state.retryPosition(of: number) == nil { return }
        // Decided before the files are read: a change after this is sure to show in the next round.
        let isSettled = sources.isSettled(at: environment.now())
        try state.saveScan(of: number, key: nil, tally: last.tally)
        let isDone = try scanAndPush(sources, entry, number, &report)
        if isDone, report.problem == nil {
            for part in sources.parts { try part.noteSettled() }
        }
        if settings.confirmsRetractions, isDone {
            for path in sources.dropped { try state.removeSourceFile(path, from: number) }
        }
        let isOver = isDone && isSettled
        let kept = key.map { isOver ? $0 : SpokeState.unsettledKey($0) }
        try state.saveScan(of: number, key: kept, tally: report.scan?.json.text)
    }

    /// Whether `sources` tell what this node knows: there is something to read, or it was confirmed that what the sources of
    /// before had is to be taken back.
    func isTelling(_ sources: SourceSet) -> Bool {
        let isGivenUp = sources.missing.isEmpty && !sources.dropped.isEmpty && !settings.sources.isEmpty
        return !sources.parts.isEmpty || settings.confirmsRetractions && isGivenUp
    }

    /// Why nothing is taken back without any file, where something was shared: nothing is known then.
    func holdOfAll(_ sources: SourceSet, _ number: Int64) throws -> CollectionReport.HeldRetractions? {
        let live = try state.offerCounts(in: number).accepted
        guard live > 0, !settings.sources.isEmpty else { return nil }
        if !sources.missing.isEmpty { return .init(count: live, reason: .fileMissing(sources.missing)) }
        return sources.dropped.isEmpty ? nil : .init(count: live, reason: .sourceDropped(sources.dropped))
    }

    /// Reads the files, and pushes what follows; returns whether nothing is left to do for a later round.
    private func scanAndPush(
        _ sources: SourceSet,
        _ entry: ManifestDocument.Entry,
        _ number: Int64,
        _ report: inout CollectionReport
    ) throws -> Bool {
        let policy = entry.policy
        progress("\(policy.collection): reading")
        let scan = try scan(of: sources, policy, number)
        // What is left of the table is dropped by the next scan.
        defer { try? scan.table.drop() }
        do {
            try scan.run { if environment.shouldStop() { throw SpokeAgent.stopped } }
        } catch let error as SpokeError where error != SpokeAgent.stopped {
            // Nobody knows what it held behind that, so nothing is taken back.
            report.problem = report.problem ?? error
            return false
        }
        try scan.table.noteParts()
        report.scan = scan.tally
        report.wasScanned = true
        try state.addSourceFiles(sources.parts.map(\.name), to: number)
        let (hold, retracts) = try prepareOffers(scan, sources)
        report.heldRetractions = hold
        var tally: PushTally
        do {
            let isNumberedAhead: Bool
            (tally, isNumberedAhead) = try offer(scan, retracts, policy, number, &report)
            if tally.stale > 0 || isNumberedAhead {
                // The hub has other statements of this node than the state says, newer or older ones: its record is
                // read, and what differs is numbered anew, once.
                _ = try readStatements(entry, since: nil)
                let (again, _) = try offer(scan, retracts, policy, number, &report)
                tally.refusedForNow = again.refusedForNow
                tally.stale = again.stale
            }
        } catch let error as SpokeError where error != SpokeAgent.stopped {
            report.problem = report.problem ?? error
            return false
        }
        let isRetried = try state.retryPosition(of: number) == nil
        return retracts && hold == nil && isRetried && tally.refusedForNow == 0 && tally.stale == 0
            && report.changedWhileRead == 0
    }

    /// A scan of a collection's sources, to be run.
    func scan(of sources: SourceSet, _ policy: CollectionPolicy, _ number: Int64) throws -> CollectionScan {
        try CollectionScan(
            parts: sources.parts,
            policy: policy,
            node: settings.node,
            outgoing: settings.outgoing,
            state: state,
            collection: number,
            home: home,
            // Where this node said nothing yet, everything is going to be said.
            spools: !state.hasOffers(in: number)
        )
    }

    /// Makes ready what `scan` found to be offered; returns what is held back, and whether anything is taken back.
    func prepareOffers(
        _ scan: CollectionScan,
        _ sources: SourceSet
    ) throws -> (hold: CollectionReport.HeldRetractions?, retracts: Bool) {
        let (hold, retracts) = try retractionHold(scan, sources)
        if retracts, hold == nil { try scan.table.forgetWithheldRefusals() }
        try scan.table.retryRetracted(limit: SourceLimits.retriedRetracted)
        return (hold, retracts)
    }

    static let stopped = SpokeError(.failure, "stopped on request; what was acknowledged is kept")

    /// Offers what `scan` found; returns what became of it, and whether numbers that the state alone vouches for were
    /// ahead of the hub's clock.
    private func offer(
        _ scan: CollectionScan,
        _ retracts: Bool,
        _ policy: CollectionPolicy,
        _ number: Int64,
        _ report: inout CollectionReport
    ) throws -> (PushTally, isNumberedAhead: Bool) {
        let source = OfferSource(
            scan,
            retracts: retracts,
            state: state,
            collection: number,
            now: environment.now
        )
        let cycle = PushCycle(client: client, collection: policy.collection)
        var tally = PushTally()
        defer {
            report.changedWhileRead = source.changedWhileRead
            report.push.add(tally)
        }
        try cycle.run(source, &tally) { sent in progress("\(policy.collection): pushed \(sent)") }
        return (tally, source.numberedAhead > 0)
    }

    /// Why nothing may be taken back now, where something would be.
    private func retractionHold(
        _ scan: CollectionScan,
        _ sources: SourceSet
    ) throws -> (hold: CollectionReport.HeldRetractions?, retracts: Bool) {
        let (all, live) = try scan.table.retractionCounts()
        guard all > 0 else { return (nil, true) }
        var going = all
        var hold: CollectionReport.HeldRetractions?
        if let reason = uncertainty(scan, sources) {
            // What the sources themselves say is not to be shared goes all the same.
            scan.table.sparesMissing = true
            going = try scan.table.retractionCounts().retractable
            if all > going { hold = .init(count: all - going, reason: reason) }
        }
        let isUnusual =
            !settings.confirmsRetractions && going > SourceLimits.unguardedRetractions
            && going * 100 > live * SourceLimits.unguardedPercent
        guard isUnusual else { return (hold, true) }
        return (.init(count: all, reason: .tooMany(live: live)), false)
    }

    /// Why nobody knows whether what is missing from the scan was taken back.
    private func uncertainty(_ scan: CollectionScan, _ sources: SourceSet) -> CollectionReport.HoldReason? {
        if !sources.missing.isEmpty { return .fileMissing(sources.missing) }
        if scan.hasUnnamedLine { return .unreadableLines }
        if !settings.confirmsRetractions, !sources.dropped.isEmpty { return .sourceDropped(sources.dropped) }
        return nil
    }
}
