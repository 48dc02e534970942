import Digest
import Federation
import HubStore
import Snapshots

/// The snapshot that a command takes in: read once to its end to see whether it is whole, and then again.
actor SnapshotSource {
    private let queue = FileQueue()
    nonisolated var unownedExecutor: UnownedSerialExecutor { queue.asUnownedSerialExecutor() }

    private let path: String
    private let collections: Set<CollectionName>
    private var input: SnapshotInput?
    private var stream: SnapshotStream?
    private var waiting: [SnapshotBatch] = []
    private var current: SnapshotBatch?

    /// The snapshot at `path`, and of it these collections; all where there are none.
    init(_ path: String, collections: [CollectionName]) {
        self.path = path
        self.collections = Set(collections)
    }

    /// Reads the snapshot to its end; throws a `SnapshotFileError` where it cannot be taken in.
    func check() throws -> SnapshotSummary {
        let input = try SnapshotInput(path, isReadTwice: true)
        self.input = input
        let stream = SnapshotStream(input, hasher: SHA256())
        while try stream.advance({ _, _ in }) {}
        guard let summary = stream.summary else { throw SnapshotFileError(.failed, "\(input.name) has no end") }
        self.stream = SnapshotStream(input, hasher: SHA256())
        return summary
    }

    /// The next entries; `nil` when there are no more.
    ///
    /// Throws a `SnapshotFileError` where the file is not what it was when it was checked.
    func next() throws -> SnapshotBatch? {
        while waiting.isEmpty, let stream {
            let isMore = try stream.advance { take($1, of: $0) }
            if !isMore {
                if let current, !current.isEmpty { waiting.append(current) }
                current = nil
                self.stream = nil
            }
        }
        return waiting.isEmpty ? nil : waiting.removeFirst()
    }

    private func take(_ entry: SnapshotEntry, of collection: CollectionName) {
        guard collections.isEmpty || collections.contains(collection) else { return }
        var batch = current ?? SnapshotBatch(of: collection)
        // One place has the batch while it grows.
        current = nil
        if batch.collection != collection || batch.isFull {
            waiting.append(batch)
            batch = SnapshotBatch(of: collection)
        }
        batch.append(entry)
        current = batch
    }
}
