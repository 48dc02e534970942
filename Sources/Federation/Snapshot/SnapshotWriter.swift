package import Digest
internal import JSON

/// Writes a snapshot piece by piece: the manifest first, so that whoever reads it knows what has to come.
package struct SnapshotWriter {
    private let manifest: SnapshotManifest
    private let time: String
    private let hasher: SHA256
    private var found: [CollectionName: SetDigest] = [:]
    private var current: CollectionName?
    private var isFirstItem = true

    /// A writer of the snapshot that `manifest` announces.
    package init(_ manifest: SnapshotManifest, hasher: SHA256) {
        self.manifest = manifest
        self.hasher = hasher
        time = manifest.takenAt?.naiveText ?? ""
    }

    /// Appends what stands before the first collection.
    package func begin(to output: inout [UInt8]) {
        output.append(contentsOf: #"{"manifest":"#.utf8)
        manifest.json.append(to: &output)
        output.append(contentsOf: ",\n\"collections\":{".utf8)
    }

    /// Begins a collection, and ends the one before.
    package mutating func begin(_ collection: CollectionName, to output: inout [UInt8]) {
        if current != nil { output.append(contentsOf: "\n],".utf8) }
        output.append(UInt8(ascii: "\n"))
        JSONText.appendString(collection.text, to: &output)
        output.append(contentsOf: ":[".utf8)
        current = collection
        isFirstItem = true
        found[collection] = SetDigest()
    }

    /// Appends an item of the collection that was begun last.
    package mutating func append(_ item: SnapshotItem, to output: inout [UInt8]) {
        guard let current else { return }
        output.append(contentsOf: isFirstItem ? "\n".utf8 : ",\n".utf8)
        isFirstItem = false
        found[current, default: SetDigest()].insert(item.append(to: &output, in: current, time: time, hasher: hasher))
    }

    /// Appends the end; throws a ``SnapshotError`` where not everything came that the manifest announces, so that the
    /// file must not be kept.
    package func end(to output: inout [UInt8]) throws(SnapshotError) {
        for entry in manifest.entries ?? [] where found[entry.collection] != entry.set {
            throw SnapshotError(.damaged, "\(entry.collection) changed while it was exported; export it again")
        }
        output.append(contentsOf: current == nil ? "}}".utf8 : "\n]}}".utf8)
    }
}
