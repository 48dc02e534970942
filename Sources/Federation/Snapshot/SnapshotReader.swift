package import Digest
internal import JSON

/// Reads a snapshot as it comes, and holds all of it against what it says of itself.
///
/// Whether it is whole and unchanged is known at its end, when ``finish()`` returns: until then nothing that it brought
/// may be kept. An item that is not what it was is told at once where the manifest stands before it.
package final class SnapshotReader {
    private let hasher: SHA256
    private var splitter = SnapshotSplitter()
    private var manifest: SnapshotManifest?
    private var entries: [SnapshotSummary.Entry] = []
    private var sets: [CollectionName: SetDigest] = [:]
    private var current: (collection: CollectionName, reader: SnapshotItemReader)?
    /// The first item that is not what its digest says; matters only where the manifest says that items have one.
    private var flaw: SnapshotError?

    package init(hasher: SHA256) {
        self.hasher = hasher
    }

    /// Takes the next bytes, and calls `body` with each entry that is whole with them.
    ///
    /// Throws a ``SnapshotError``, or what `body` throws.
    package func read(
        _ chunk: UnsafeRawBufferPointer,
        _ body: (CollectionName, SnapshotEntry) throws -> Void
    ) throws {
        try splitter.split(chunk) { part, offset in
            switch part {
            case .manifest(let slice): try take(manifest: slice, at: offset)
            case .collection(let slice): try begin(slice, at: offset)
            case .item(let slice): try take(item: slice, at: offset, body)
            }
        }
    }

    /// Ends the snapshot; throws a ``SnapshotError`` where it is not whole, or not what it says of itself.
    package func finish() throws(SnapshotError) -> SnapshotSummary {
        try splitter.finish()
        var isVerified = false
        if let announced = manifest?.entries {
            if let flaw { throw flaw }
            try compare(announced)
            isVerified = true
        }
        return SnapshotSummary(
            nodeID: manifest?.nodeID,
            takenAt: manifest?.takenAt,
            isVerified: isVerified,
            entries: entries
        )
    }

    private func compare(_ announced: [SnapshotManifest.Entry]) throws(SnapshotError) {
        for entry in announced {
            let found = sets[entry.collection] ?? SetDigest()
            guard found.count == entry.set.count else {
                throw SnapshotError(
                    .damaged,
                    "\(entry.collection) has \(found.count) items, and the manifest announces \(entry.set.count)"
                )
            }
            guard found == entry.set else {
                throw SnapshotError(
                    .damaged,
                    "the items of \(entry.collection) are not those that the manifest announces"
                )
            }
        }
        for entry in entries where !announced.contains(where: { $0.collection == entry.collection }) {
            throw SnapshotError(.damaged, "\(entry.collection) is not announced by the manifest")
        }
    }

    private func take(manifest slice: RecordSlice, at offset: Int64) throws {
        let place = SnapshotPlace(offset: offset)
        let document: JSONDocument
        do throws(JSONError) {
            // The predecessor's has an id where a number of patterns should be, as great as ids are.
            document = try TopLevelInteger.document(slice.bytes, depth: SnapshotReader.manifestDepth)
        } catch { throw SnapshotError(.damaged, at: place, "the manifest cannot be read: \(error)") }
        do throws(SnapshotError) {
            manifest = try SnapshotManifest(document.root)
        } catch {
            throw SnapshotError(error.kind, at: place, error.detail)
        }
        if manifest?.entries != nil, let flaw { throw flaw }
    }

    /// Levels of the predecessor's manifest: itself, its collections, each of them.
    private static let manifestDepth = 3

    private func begin(_ slice: RecordSlice, at offset: Int64) throws {
        let place = SnapshotPlace(offset: offset)
        let array = [UInt8(ascii: "[")] + slice.bytes + [UInt8(ascii: "]")]
        guard let text = (try? JSONDocument(parsing: array))?.root.elements.first?.string,
            let name = CollectionName(text)
        else { throw SnapshotError(.damaged, at: place, "this is no collection's name, which is like skills-patterns") }
        guard !entries.contains(where: { $0.collection == name }) else {
            throw SnapshotError(.damaged, at: place, "\(name) is there twice")
        }
        guard entries.count < Limits.snapshotCollections else {
            throw SnapshotError(.damaged, at: place, "there are more than \(Limits.snapshotCollections) collections")
        }
        entries.append(SnapshotSummary.Entry(collection: name, items: 0))
        current = (name, SnapshotItemReader(collection: name, hasher: hasher))
    }

    private func take(
        item slice: RecordSlice,
        at offset: Int64,
        _ body: (CollectionName, SnapshotEntry) throws -> Void
    ) throws {
        guard let current else { return }
        entries[entries.count - 1].items += 1
        let place = SnapshotPlace(
            collection: current.collection,
            item: entries[entries.count - 1].items,
            offset: offset
        )
        var id: PatternID?
        let reading: SnapshotItemReader.Reading
        do throws(Refusal) {
            reading = try current.reader.read(slice, id: &id)
        } catch {
            try note("it cannot be read: \(error.detail)", at: place)
            return try body(current.collection, .refused(id, error, slice, place))
        }
        if let flaw = reading.flaw { try note(flaw, at: place) }
        if let time = manifest?.takenAt?.naiveText, reading.exportedAt != time {
            try note("it was exported at another time than the snapshot was made", at: place)
        }
        sets[current.collection, default: SetDigest()].insert(
            reading.item.identity.digest(in: current.collection, hasher: hasher)
        )
        try body(current.collection, .item(reading.item, place))
    }

    /// Notes that an item is not as this program writes items, which only matters where it was this program's.
    private func note(_ what: String, at place: SnapshotPlace) throws(SnapshotError) {
        guard flaw == nil else { return }
        let error = SnapshotError(.damaged, at: place, what)
        flaw = error
        if manifest?.entries != nil { throw error }
    }
}
