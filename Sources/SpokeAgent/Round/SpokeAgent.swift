package import Federation
internal import JSON
internal import Presentation
package import Replication

/// Runs rounds: what this node knows goes to the hub, what won comes back, and the sinks are brought up to date.
///
/// Everything it does may be cut off at any point and is then taken up by the next round.
package final class SpokeAgent {
    package let settings: SpokeSettings
    /// What is known of this hub.
    let state: SpokeState
    /// The machine's own state, in which sinks and sources keep what they need; with one hub the same as ``state``.
    let home: SpokeState
    /// The states of the other hubs to which this node says the same.
    let siblings: [SpokeState]
    /// How many of ``siblings`` belong to hubs that are preferred to this one.
    let rank: Int
    /// The collections of which everything is known here that this node said at other hubs.
    var caughtUp: Set<CollectionName> = []
    let client: HubClient
    let progress: (String) -> Void
    /// The manifest that the present round follows, where it is a new one.
    private var manifest: (document: ManifestDocument, entityTag: String?)?
    /// Whether the hub is worth telling how far its winners were applied; a hub that is too old for that says so once.
    var hubTakesCheckpoints = true

    /// An agent that works with `client` on `state`; `progress` is called with short words on how far it is.
    ///
    /// With several hubs, `home` is the machine's own state, and `siblings` are those of the other hubs to which this node
    /// says the same, the most preferred first, the first `rank` of them preferred to this one.
    package init(
        settings: SpokeSettings,
        state: SpokeState,
        client: HubClient,
        home: SpokeState? = nil,
        siblings: [SpokeState] = [],
        rank: Int = 0,
        progress: @escaping (String) -> Void = { _ in }
    ) {
        self.settings = settings
        self.state = state
        self.home = home ?? state
        self.siblings = siblings
        self.rank = rank
        self.client = client
        self.progress = progress
    }

    var environment: RunEnvironment { client.environment }

    /// Runs one round and reports on it; what goes wrong is in the report.
    package func round(_ kind: RoundReport.Kind) -> RoundReport {
        var report = RoundReport(
            kind: kind,
            endpoint: settings.endpoint.text,
            node: settings.node,
            startedAt: environment.now()
        )
        if kind == .sync, settings.sources.isEmpty, settings.sinks.isEmpty {
            report.hasNothingToDo = true
            report.notes.append(
                "neither --source nor --sink is given, so nothing is shared and nothing is written; what won is held in the"
                    + " state alone, where 'tributary-spoke list' and 'get' read it"
            )
        }
        attempt(&report) { report in
            if try perform(kind, &report) { return }
            // The hub's history changed under the round: own statements are read again and offered again, once.
            _ = try perform(kind, &report)
        }
        finish(&report)
        return report
    }

    /// Brings this node up to `manifest`, which has just come, without reading the sources.
    package func follow(_ manifest: ManifestDocument, entityTag: String?) -> RoundReport {
        var report = RoundReport(
            kind: .pull,
            endpoint: settings.endpoint.text,
            node: settings.node,
            startedAt: environment.now()
        )
        attempt(&report) { report in
            let held = try state.heldManifest(of: settings.node, at: settings.endpoint.text)?.0
            // Under other policies other patterns are to be offered.
            if held?.entries.map(\.policy) != manifest.entries.map(\.policy) { report.asksForRound = true }
            try recognize(manifest, entityTag: entityTag, &report)
            for entry in try selected(manifest)
            where try state.isBehind(entry.resolutions?.cursor, in: entry.policy.collection) {
                report.asksForRound = true
            }
            if try !pullAll(manifest, &report) { report.asksForRound = true }
        }
        finish(&report)
        return report
    }

    /// Keeps why the hub could not be asked for news between two rounds, or that it can be again, for the status.
    func note(_ failure: SpokeError?) {
        // A state that cannot be written now tells so in the next round.
        try? state.setFact(.lastError, failure?.description)
    }

    /// The entity tag of the manifest held, for a long poll.
    package func heldEntityTag() throws -> String? {
        try state.heldManifest(of: settings.node, at: settings.endpoint.text)?.entityTag
    }

    /// What tells, without reading them, whether the source files are still the same.
    func sourceFingerprints() -> [String] {
        settings.sources.flatMap { $0.changeMarks() }
    }

    private func attempt(_ report: inout RoundReport, _ body: (inout RoundReport) throws -> Void) {
        do {
            try body(&report)
        } catch {
            report.needsRestart = StateFolder.suspect(after: error)
            let advice = report.needsRestart ? " The next start of this program sees to it." : ""
            report.failure = SpokeError(ExitStatus(error), "\(error)\(advice)")
        }
    }

    private func finish(_ report: inout RoundReport) {
        report.finishedAt = environment.now()
        defer { manifest = nil }
        do {
            try state.note(report, manifest)
        } catch {
            report.failure = report.failure ?? SpokeError(ExitStatus(error), "\(error)")
        }
    }

    /// Does one round's work; false where it has to be done once more because the hub's history changed meanwhile.
    private func perform(_ kind: RoundReport.Kind, _ report: inout RoundReport) throws -> Bool {
        let manifest = try currentManifest(&report)
        let entries = try selected(manifest)
        if kind != .pull {
            try pushAll(entries, of: manifest, &report)
            guard try isSameHistory(&report) else { return false }
        }
        if kind != .push {
            guard try pullAll(manifest, &report) else { return false }
        }
        return true
    }

    private func pushAll(
        _ entries: [ManifestDocument.Entry],
        of manifest: ManifestDocument,
        _ report: inout RoundReport
    ) throws {
        if let silence = try silence(manifest) {
            report.notes.append(silence)
            report.isPartial = true
            return
        }
        let (notes, isPartial) = sourceNotes(manifest)
        report.notes += notes
        if isPartial { report.isPartial = true }
        for entry in entries {
            try isolated(entry.policy, &report) { try push(entry, &$0) }
        }
    }

    /// Runs `body` on one collection's report; what is wrong with that collection alone does not end the round.
    func isolated(
        _ policy: CollectionPolicy,
        _ report: inout RoundReport,
        _ body: (inout CollectionReport) throws -> Void
    ) throws {
        try report.update(policy) { collection in
            do {
                try body(&collection)
            } catch let error as ReplicationError {
                switch error.kind {
                case .integrity, .refused, .cursorUnusable, .tooLarge:
                    collection.problem = SpokeError(ExitStatus(error), error.description)
                default: throw error
                }
            }
        }
    }

    // MARK: The manifest

    private func currentManifest(_ report: inout RoundReport) throws -> ManifestDocument {
        let held = try state.heldManifest(of: settings.node, at: settings.endpoint.text)
        let answer = try client.retrying { try client.manifest(unless: held?.entityTag) }
        switch answer {
        case .document(let manifest, let entityTag):
            try recognize(manifest, entityTag: entityTag, &report)
            return manifest
        case .notModified:
            guard let held else {
                throw ReplicationError(
                    .notAHub,
                    "\(settings.endpoint) says that nothing changed, but was not asked that"
                )
            }
            return held.0
        }
    }

    private func recognize(_ manifest: ManifestDocument, entityTag: String?, _ report: inout RoundReport) throws {
        self.manifest = (manifest, entityTag)
        let recognition = try state.recognize(manifest, entityTag: entityTag, endpoint: settings.endpoint.text)
        if let note = note(of: recognition) {
            report.asksForRound = true
            report.notes.append(note)
        }
    }

    /// What a person should know where the hub turned out to be another one than before.
    func note(of recognition: HubRecognition) -> String? {
        switch recognition {
        case .first, .same: nil
        case .historyChanged:
            "the hub was restored or this node enrolled anew; what this node said is compared with the hub's record and sent"
                + " again where it is missing"
        case .other:
            "the state was made for another hub or node; it is now rebuilt for \(settings.node) at \(settings.endpoint). If"
                + " that was not meant, give each its own --state folder"
        }
    }

    /// The collections to work on.
    func selected(_ manifest: ManifestDocument) throws -> [ManifestDocument.Entry] {
        let names = manifest.entries.map(\.policy.collection)
        for wanted in settings.collections where !names.contains(wanted) {
            throw SpokeError(.usage, SpokeAgent.unknownCollection(wanted.text, names) + "; check --collections")
        }
        guard !settings.collections.isEmpty else { return manifest.entries }
        return manifest.entries.filter { settings.collections.contains($0.policy.collection) }
    }

    // MARK: Pulling

    /// Pulls what has changed and brings the sinks up to date; false where the hub's history changed meanwhile.
    private func pullAll(_ manifest: ManifestDocument, _ report: inout RoundReport) throws -> Bool {
        for entry in try selected(manifest) {
            try isolated(entry.policy, &report) { try pull(entry, &$0) }
        }
        return try isSameHistory(&report)
    }

    /// Whether no pull found that the hub's history changed; where one did, everything is forgotten that rests on it.
    private func isSameHistory(_ report: inout RoundReport) throws -> Bool {
        guard report.collections.contains(where: \.pull.historyChanged) else { return true }
        for index in report.collections.indices { report.collections[index].pull.historyChanged = false }
        try state.forgetHistory()
        manifest = nil
        return false
    }
}
