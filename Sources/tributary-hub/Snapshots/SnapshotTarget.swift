import Digest
import Federation
import Snapshots

/// The snapshot that a command writes.
actor SnapshotTarget {
    private static let bufferBytes = 256 * 1024

    private let queue = FileQueue()
    nonisolated var unownedExecutor: UnownedSerialExecutor { queue.asUnownedSerialExecutor() }

    private let output: SnapshotOutput
    private var writer: SnapshotWriter
    private var buffer: [UInt8] = []

    /// Begins the snapshot that `manifest` announces at `path`; throws a `SnapshotFileError`.
    init(_ path: String, _ manifest: SnapshotManifest) async throws {
        output = try SnapshotOutput(path)
        writer = SnapshotWriter(manifest, hasher: SHA256())
        writer.begin(to: &buffer)
    }

    /// Begins a collection.
    func begin(_ collection: CollectionName) {
        writer.begin(collection, to: &buffer)
    }

    /// Writes items of the collection that was begun last.
    func append(_ items: [SnapshotItem]) throws {
        for item in items {
            writer.append(item, to: &buffer)
            guard buffer.count >= SnapshotTarget.bufferBytes else { continue }
            try output.append(buffer)
            buffer.removeAll(keepingCapacity: true)
        }
    }

    /// Ends the snapshot, which is in its place from then on; returns how many bytes it has.
    func finish() throws -> Int64 {
        try writer.end(to: &buffer)
        try output.append(buffer)
        try output.finish()
        return output.written
    }
}
