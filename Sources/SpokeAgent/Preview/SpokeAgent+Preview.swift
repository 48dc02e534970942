internal import Federation
internal import Replication

extension SpokeAgent {
    /// Calls `body` with everything that the next push would send, in its order, and what it would hold back; sends
    /// nothing, and writes nothing.
    ///
    /// It does what a push does before the first offer: it asks the hub for its manifest and for what it has of this node
    /// where a push would, takes over what this node said at other hubs, and goes by the same scan. Where the hub cannot be
    /// asked it goes by the manifest held, and says what a push may find out besides. Throws a ``SpokeError`` where there
    /// is no manifest, and what reading leads to.
    func preview(_ body: (PreviewItem) throws -> Void) throws -> PreviewReport {
        var report = PreviewReport()
        try state.rehearse()
        if home !== state { try home.rehearse() }
        let (manifest, isAnswered) = try previewManifest(&report)
        if let silence = try silence(manifest) {
            report.notes.append(silence)
            report.isPartial = true
            return report
        }
        let (notes, isPartial) = sourceNotes(manifest)
        report.notes += notes
        report.isPartial = isPartial
        for entry in try selected(manifest) {
            try preview(entry, isAnswered: isAnswered, &report, body)
        }
        return report
    }

    private func preview(
        _ entry: ManifestDocument.Entry,
        isAnswered: Bool,
        _ report: inout PreviewReport,
        _ body: (PreviewItem) throws -> Void
    ) throws {
        let number = try state.number(of: entry.policy.collection)
        let sources = try openSources(entry.policy, number)
        if !sources.problems.isEmpty { report.isPartial = true }
        report.notes += sources.problems
        guard isTelling(sources) else {
            if let hold = try holdOfAll(sources, number) {
                var summary = PreviewReport.Entry(collection: entry.policy.collection, scan: ScanTally())
                summary.heldRetractions = hold
                report.entries.append(summary)
            }
            return
        }
        let doubt = try isAnswered ? learn(entry, number) : doubt(entry, number)
        let scan = try scan(of: sources, entry.policy, number)
        defer { try? scan.table.drop() }
        progress("\(entry.policy.collection): reading")
        try scan.run { if environment.shouldStop() { throw SpokeAgent.stopped } }
        var summary = PreviewReport.Entry(collection: entry.policy.collection, scan: scan.tally)
        summary.doubt = doubt
        let (hold, retracts) = try prepareOffers(scan, sources)
        summary.heldRetractions = hold
        let offers = OfferPreview(scan, retracts: retracts, now: environment.now)
        try offers.forEachItem { item in
            summary.add(item)
            try body(item)
        }
        summary.changedWhileRead = offers.changedWhileRead
        report.entries.append(summary)
    }

    /// The manifest to go by, and whether the hub said just now that it holds.
    private func previewManifest(
        _ report: inout PreviewReport
    ) throws -> (manifest: ManifestDocument, isAnswered: Bool) {
        let held = try state.heldManifest(of: settings.node, at: settings.endpoint.text)
        do {
            switch try client.manifest(unless: held?.entityTag) {
            case .document(let manifest, let entityTag):
                let endpoint = settings.endpoint.text
                let recognition = try state.recognize(manifest, entityTag: entityTag, endpoint: endpoint)
                if let note = note(of: recognition) { report.notes.append(note) }
                return (manifest, true)
            case .notModified:
                if let held { return (held.0, true) }
            }
        } catch let error as ReplicationError where held != nil && SpokeAgent.isPassing(error) {
            report.notes.append("by the hub's policies as they were last known, since it cannot be asked now: \(error)")
        }
        guard let held else {
            throw SpokeError(
                .failure,
                "\(settings.endpoint) says that nothing changed, but was not asked that; nothing can be said of a push there"
            )
        }
        return (held.0, false)
    }

    /// Whether the hub is merely away, so that a push later may work.
    private static func isPassing(_ error: ReplicationError) -> Bool {
        [.unreachable, .overloaded].contains(ExitStatus(error))
    }

    /// Learns what a push would learn of the hub and of other hubs before it offers anything; returns why that is not all.
    private func learn(_ entry: ManifestDocument.Entry, _ number: Int64) throws -> String? {
        var learned = CollectionReport(entry.policy)
        do {
            try followResolutions(entry, number, hasFiles: true, &learned)
            try catchUp(entry, number)
            if try hasForgotten(entry, number) {
                try state.rehearsePulling()
                try pullWinners(entry, &learned)
            }
            return nil
        } catch let error as ReplicationError where error.kind != .stopped {
            return "what the hub has of this node cannot be read now, and the push leaves that out: \(error)"
        }
    }

    /// Why the push may find out more than can be known without the hub.
    private func doubt(_ entry: ManifestDocument.Entry, _ number: Int64) throws -> String? {
        if try state.needsStatements(of: entry.policy.collection) || !siblings.isEmpty {
            return "the push reads first what the hub has of this node already, and leaves that out"
        }
        let hasMoved = try entry.resolutions.map { try $0.cursor != state.followedCursor(of: number) } ?? false
        guard try hasMoved || state.retryPosition(of: number) != nil else { return nil }
        return "operators resolved something since the last push; what was refused as retracted is offered again too"
    }
}
