internal import Federation
internal import Replication

extension SpokeAgent {
    /// Calls `body` with everything that the next push would send, in its order, and what it would hold back; sends
    /// nothing.
    ///
    /// It goes by the same scan as a push, and by the latest manifest the hub can be asked for, or else the one held.
    /// Throws a ``SpokeError`` where neither is there, and what reading leads to.
    package func preview(_ body: (PreviewItem) throws -> Void) throws -> PreviewReport {
        var report = PreviewReport()
        let manifest = try previewManifest(&report)
        if hasFurtherHubs {
            report.notes.append(
                "by what is known of \(settings.endpoint); where a push works with another hub, or carries over what was said"
                    + " at one, it sends that instead or besides"
            )
        }
        let (notes, isPartial) = sourceNotes(manifest)
        report.notes += notes
        report.isPartial = isPartial
        for entry in try selected(manifest) {
            let number = try state.number(of: entry.policy.collection)
            let sources = try openSources(entry.policy, number)
            if !sources.problems.isEmpty { report.isPartial = true }
            report.notes += sources.problems
            guard !sources.parts.isEmpty else { continue }
            let scan = try CollectionScan(
                parts: sources.parts,
                policy: entry.policy,
                node: settings.node,
                outgoing: settings.outgoing,
                state: state,
                collection: number,
                home: home
            )
            defer { try? scan.table.drop() }
            progress("\(entry.policy.collection): reading")
            try scan.run { if environment.shouldStop() { throw SpokeAgent.stopped } }
            var summary = PreviewReport.Entry(collection: entry.policy.collection, scan: scan.tally)
            let (hold, retracts) = try retractionHold(scan, sources)
            summary.heldRetractions = hold
            summary.doubt = try doubt(entry, number)
            let offers = OfferPreview(scan, retracts: retracts, now: environment.now)
            try offers.forEachItem { item in
                summary.add(item)
                try body(item)
            }
            summary.changedWhileRead = offers.changedWhileRead
            report.entries.append(summary)
        }
        return report
    }

    private func previewManifest(_ report: inout PreviewReport) throws -> ManifestDocument {
        let held = try state.heldManifest(of: settings.node, at: settings.endpoint.text)
        do {
            switch try client.manifest(unless: held?.entityTag) {
            case .document(let manifest, _): return manifest
            case .notModified: break
            }
        } catch let error as ReplicationError where held != nil && error.kind != .stopped {
            report.notes.append("by the hub's policies as they were last known, since it cannot be asked now: \(error)")
        }
        guard let held else {
            throw SpokeError(
                .failure,
                "\(settings.endpoint) says that nothing changed, but was not asked that; nothing can be said of a push there"
            )
        }
        return held.0
    }

    /// Why the push may find out more than can be known here.
    private func doubt(_ entry: ManifestDocument.Entry, _ number: Int64) throws -> String? {
        if try state.needsStatements(of: entry.policy.collection) {
            return "the push reads first what the hub has of this node already, and leaves that out"
        }
        let hasMoved = try entry.resolutions.map { try $0.cursor != state.followedCursor(of: number) } ?? false
        guard try hasMoved || state.retryPosition(of: number) != nil else { return nil }
        return "operators resolved something since the last push; what was refused as retracted is offered again too"
    }
}
