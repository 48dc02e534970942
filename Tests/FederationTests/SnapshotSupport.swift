import Digest
import Federation
import JSON
import Testing

/// Snapshots in memory.
enum Snapshot {
    /// What a snapshot was read as.
    struct Found {
        var items: [CollectionName: [SnapshotItem]] = [:]
        var refused: [RefusalCode] = []
        var summary: SnapshotSummary
    }

    /// An item of node `alice`, without a number where no revision is given.
    static func item(
        _ id: String,
        _ payload: String,
        in collection: CollectionName,
        revision: Int64? = nil,
        vector: [Float]? = nil,
        parents: Bool = false
    ) throws -> SnapshotItem {
        let hasher = SHA256()
        var canonical: [UInt8] = []
        try CanonicalJSON.append(
            JSONDocument(parsing: Array(payload.utf8)).root,
            to: &canonical,
            maximumDepth: Limits.payloadDepth
        )
        let patternID = try PatternID(id)
        let bytes = vector?.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
        let checksum = PatternChecksum.content(
            collection: collection,
            id: patternID,
            payload: canonical,
            hasher: hasher
        )
        let alice = try #require(NodeName("alice"))
        let parent = ContributionReference(origin: alice, incarnation: 1, revision: 3, checksum: checksum)
        return SnapshotItem(
            identity: SnapshotIdentity(
                id: patternID,
                origin: alice,
                number: revision.map { .init(incarnation: 2, revision: $0) },
                parents: parents ? [parent] : [],
                checksum: checksum,
                vectorDigest: bytes.map { SHA256.digest(of: $0) } ?? .none,
                hasVector: bytes != nil,
                vectorModel: bytes == nil ? nil : "bge-m3"
            ),
            payload: canonical,
            vector: bytes
        )
    }

    /// A whole snapshot of `collections`.
    static func write(_ collections: [(CollectionName, [SnapshotItem])]) throws -> [UInt8] {
        let hasher = SHA256()
        let entries = collections.map { collection, items in
            var set = SetDigest()
            for item in items { set.insert(item.identity.digest(in: collection, hasher: hasher)) }
            return SnapshotManifest.Entry(collection: collection, set: set)
        }
        let manifest = SnapshotManifest(nodeID: "here", takenAt: Timestamp("2026-11-21T12:00:00Z"), entries: entries)
        var writer = SnapshotWriter(manifest, hasher: hasher)
        var output: [UInt8] = []
        writer.begin(to: &output)
        for (collection, items) in collections {
            writer.begin(collection, to: &output)
            for item in items { writer.append(item, to: &output) }
        }
        try writer.end(to: &output)
        return output
    }

    /// Reads a snapshot that comes in pieces of this size.
    static func read(_ bytes: [UInt8], pieces: Int) throws -> Found {
        let reader = SnapshotReader(hasher: SHA256())
        var items: [CollectionName: [SnapshotItem]] = [:]
        var refused: [RefusalCode] = []
        for start in stride(from: 0, to: bytes.count, by: max(pieces, 1)) {
            let piece = Array(bytes[start..<min(start + max(pieces, 1), bytes.count)])
            try piece.withUnsafeBytes { piece in
                try reader.read(piece) { collection, entry in
                    switch entry {
                    case .item(let item, _): items[collection, default: []].append(item)
                    case .refused(_, let refusal, _, _): refused.append(refusal.code)
                    }
                }
            }
        }
        return Found(items: items, refused: refused, summary: try reader.finish())
    }
}
