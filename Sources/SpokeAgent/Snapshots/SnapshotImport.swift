package import Federation
internal import JSON
package import Snapshots

/// Takes in a snapshot: all of it or nothing.
///
/// What it brings is learned, not this node's own: sinks get it, and no hub is told of it.
package struct SnapshotImport {
    private let state: SpokeState
    /// The collections to take in; all of the snapshot's where empty.
    private let collections: [CollectionName]
    private let shouldStop: () -> Bool
    private let progress: (String) -> Void
    private let contentGuard: ContentGuard

    /// An import into `state`; what a report quotes of the file is shown as `contentGuard` lets it be.
    package init(
        into state: SpokeState,
        collections: [CollectionName] = [],
        contentGuard: ContentGuard = ContentGuard(),
        shouldStop: @escaping () -> Bool = { false },
        progress: @escaping (String) -> Void = { _ in }
    ) {
        self.state = state
        self.collections = collections
        self.contentGuard = contentGuard
        self.shouldStop = shouldStop
        self.progress = progress
    }

    /// Reads `input` to its end and keeps what it brings, or with `isRehearsal` only tells what it would bring.
    ///
    /// Throws a `SnapshotFileError` where it cannot be taken in, and a ``SpokeError`` where it lacks a collection that was
    /// asked for; then nothing is changed.
    package func run(_ input: SnapshotInput, isRehearsal: Bool) throws -> SnapshotImportReport {
        var report = SnapshotImportReport(isRehearsal: isRehearsal, contentGuard: contentGuard)
        let stream = SnapshotStream(input, hasher: state.hasher)
        let policies = try state.heldPolicies()
        try state.stage {
            var read: Int64 = 0
            while try stream.advance({ collection, entry in
                guard collections.isEmpty || collections.contains(collection) else { return }
                read += 1
                if read.isMultiple(of: SnapshotImport.itemsBetweenReports) { progress("read \(read)") }
                try take(entry, of: collection, policies[collection], &report)
            }) {
                guard !shouldStop() else {
                    throw SnapshotFileError(.stopped, "stopped on request; nothing was imported")
                }
            }
        }
        guard let summary = stream.summary else { return report }
        report.summary = summary
        let present = summary.entries.map(\.collection)
        for collection in collections where !present.contains(collection) {
            throw SpokeError(
                .usage,
                "\(input.name) has no collection '\(collection)'; it has:"
                    + " \(present.isEmpty ? "none" : present.map(\.text).joined(separator: ", "))"
            )
        }
        let chosen = collections.isEmpty ? present : collections
        let counts = isRehearsal ? try chosen.map(state.importCounts) : try state.keepStaged(of: chosen)
        report.entries = zip(chosen, counts).map { collection, counts in
            SnapshotImportReport.Entry(collection, counts, refused: report.refusedCounts[collection] ?? 0)
        }
        return report
    }

    private static let itemsBetweenReports: Int64 = 1_000

    private func take(
        _ entry: SnapshotEntry,
        of collection: CollectionName,
        _ policy: CollectionPolicy?,
        _ report: inout SnapshotImportReport
    ) throws {
        switch entry {
        case .refused(let id, let refusal, _, let place):
            report.refuse(id, refusal, at: place, in: collection)
        case .item(let item, let place):
            guard try !state.isWithdrawn(item.id, from: collection) else {
                let refusal = Refusal(.retracted, "the hub withdrew this pattern, so no file brings it back")
                report.refuse(item.id, refusal, at: place, in: collection)
                return
            }
            let (value, updatedAt) = SnapshotImport.reading(of: item, policy, in: collection)
            guard try !state.stage(item, value: value, updatedAt: updatedAt, in: collection) else { return }
            let refusal = Refusal(.idInvalid, "the snapshot has this pattern twice; the first one counts")
            report.refuse(item.id, refusal, at: place, in: collection)
        }
    }

    /// Value and time of an item, as its collection's hub would read them.
    private static func reading(
        of item: SnapshotItem,
        _ policy: CollectionPolicy?,
        in collection: CollectionName
    ) -> (value: Double?, updatedAt: Timestamp?) {
        guard let document = try? JSONDocument(parsing: item.payload) else { return (nil, nil) }
        let rule = policy?.valueRule ?? CollectionPolicy.standardValueRule(for: collection)
        let said = item.identity.number.map { Timestamp(microseconds: $0.revision) }
        let updatedAt = PayloadReader.updatedAt(document.root) ?? said
        guard case .value(let value) = rule.read(document.root) else { return (nil, updatedAt) }
        return (value, updatedAt)
    }
}
