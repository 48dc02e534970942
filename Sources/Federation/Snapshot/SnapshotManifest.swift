internal import Digest
package import JSON

/// What a snapshot says of itself: whose it is, and what has to be in it.
package struct SnapshotManifest: Sendable, Equatable {
    /// One collection, with what its items add up to.
    package struct Entry: Sendable, Equatable {
        package var collection: CollectionName
        /// Count and sum of ``SnapshotIdentity/digest(in:hasher:)``.
        package var set: SetDigest

        package init(collection: CollectionName, set: SetDigest) {
            self.collection = collection
            self.set = set
        }
    }

    /// The version of the format that this program writes, and the greatest it reads.
    package static let format: Int64 = 1

    /// Whose it is, in the words of whoever made it.
    package var nodeID: String?
    /// When it was made.
    package var takenAt: Timestamp?
    /// By collection; `nil` of a snapshot that says nothing that could be checked, such as the predecessor's.
    package var entries: [Entry]?

    package init(nodeID: String?, takenAt: Timestamp?, entries: [Entry]?) {
        self.nodeID = nodeID
        self.takenAt = takenAt
        self.entries = entries
    }

    /// The manifest in the predecessor's shape, with what can be checked in a member that it passes over.
    package var json: JSONValue {
        let time = takenAt?.naiveText ?? ""
        let entries = entries ?? []
        return [
            "node_id": .string(nodeID ?? SnapshotItem.unknownOrigin),
            "timestamp": .string(time),
            "collections": .object(entries.map { .init($0.collection.text, $0.predecessorJSON(time)) }),
            "tributary": [
                "format": .integer(SnapshotManifest.format),
                "version": .string(ProductVersion.text),
                "collections": .object(
                    entries.map { entry in
                        let set: JSONValue = [
                            "count": .integer(entry.set.count), "digest": .string(entry.set.sum.hex),
                        ]
                        return .init(entry.collection.text, set)
                    }
                ),
                "digest": .string(digest(time: time).hex),
            ],
        ]
    }

    /// SHA-256 over `m1`, the node's id, `time` as it is written, and of each collection its name, the number of its items
    /// and their digest, joined by U+0000; what is absent is empty.
    private func digest(time: String) -> SHA256Digest {
        var parts = ["m1", nodeID ?? SnapshotItem.unknownOrigin, time]
        for entry in (entries ?? []).sorted(by: { $0.collection < $1.collection }) {
            parts += [entry.collection.text, String(entry.set.count), entry.set.sum.hex]
        }
        return SHA256.digest(of: Array(parts.joined(separator: "\0").utf8))
    }

    /// Reads a manifest; throws a ``SnapshotError`` without a place.
    package init(_ root: JSONNode) throws(SnapshotError) {
        nodeID = root["node_id"]?.string
        takenAt = root["timestamp"]?.string.flatMap { Timestamp($0) }
        guard let own = root["tributary"] else { return }
        guard let format = own["format"]?.integer else {
            throw SnapshotError(.damaged, "the manifest does not say which version of the format it is")
        }
        guard format <= SnapshotManifest.format else {
            throw SnapshotError(
                .newer,
                "the snapshot has version \(format) of the format, and this program reads up to "
                    + "\(SnapshotManifest.format); install the version that made it"
            )
        }
        guard let collections = own["collections"], collections.kind == .object else {
            throw SnapshotError(.damaged, "the manifest does not say what is in the snapshot")
        }
        var found: [Entry] = []
        for (name, node) in collections.members {
            guard let collection = CollectionName(name), let count = node["count"]?.integer, count >= 0,
                let sum = node["digest"]?.string.flatMap(SHA256Digest.init(hex:))
            else { throw SnapshotError(.damaged, "the manifest cannot be read") }
            found.append(Entry(collection: collection, set: SetDigest(count: count, sum: sum)))
        }
        entries = found.sorted { $0.collection < $1.collection }
        guard own["digest"]?.string == digest(time: root["timestamp"]?.string ?? "").hex else {
            throw SnapshotError(.damaged, "what the manifest says of the snapshot does not match the manifest's digest")
        }
    }
}

extension SnapshotManifest.Entry {
    /// The collection as the predecessor's manifest has it.
    fileprivate func predecessorJSON(_ time: String) -> JSONValue {
        [
            "name": .string(collection.text),
            "count": .integer(set.count),
            "last_updated": .string(time),
            "high_value_count": .integer(set.count),
            "checksum": .string(String(set.sum.hex.prefix(16))),
        ]
    }
}

extension Timestamp {
    /// Without a zone, as the predecessor writes times.
    package var naiveText: String { String(description.dropLast()) }
}
