package import Federation
internal import Replication

/// A team's repository of patterns that goes on being fed: lines in `patterns`, and a dated snapshot where something
/// changed.
///
/// It writes files and leaves git to its users. What it finds there and did not write itself stays.
package struct GitSink: WinnerSink {
    private let path: String
    private let now: @Sendable () -> Timestamp

    /// The repository, or its folder `data`, at `folder`; `now` dates the snapshots.
    package init(folder: String, now: @escaping @Sendable () -> Timestamp) {
        path = folder
        self.now = now
    }

    package var argument: String { "git:\(path)" }
    package var folder: String? { GitLayout.toWrite(in: path).patterns }
    package var needsVectors: Bool { false }

    package func update(_ collection: CollectionName, from state: SpokeState) throws -> SinkOutcome {
        let layout = GitLayout.toWrite(in: path)
        let hasLines = try GitLinesWriter(collection, layout, state).update()
        let hasSnapshot = try GitSnapshotWriter(collection, layout, state).update(at: now())
        return SinkOutcome(isChanged: hasLines || hasSnapshot)
    }
}
