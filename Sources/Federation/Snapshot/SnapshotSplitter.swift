package import JSON

/// Cuts a snapshot into its manifest and its items, without holding more than one of them.
///
/// `{"manifest": {...}, "collections": {"<name>": [<item>, ...], ...}}`, its two members in either order and nothing
/// else beside them.
package struct SnapshotSplitter {
    /// What a snapshot consists of.
    package enum Part {
        case manifest(RecordSlice)
        /// The name of the collection whose items follow, as it is written, with its quotes.
        case collection(RecordSlice)
        case item(RecordSlice)
    }

    private enum State {
        case beforeSnapshot, firstMember, nextMember, memberColon, manifest, collections, afterMember
        case firstCollection, nextCollection, collectionColon, collection, afterCollection
        case firstItem, nextItem, afterItem
        case afterSnapshot
    }

    /// A value that is being read.
    private enum Value {
        case memberName, manifest, collectionName, item
    }

    private static let manifestName = Array(#""manifest""#.utf8)
    private static let collectionsName = Array(#""collections""#.utf8)

    private var state = State.beforeSnapshot
    private var value: (kind: Value, end: ValueEnd, offset: Int64)?
    private var partial = PartialRecord(limit: Limits.snapshotItemBytes)
    private var isCollections = false
    private var hasManifest = false
    private var hasCollections = false
    private var consumed: Int64 = 0

    package init() {}

    /// Takes the next bytes, and calls `body` with each part that is whole with them and with where it begins.
    ///
    /// Throws a ``SnapshotError``, or what `body` throws.
    package mutating func split(_ chunk: UnsafeRawBufferPointer, _ body: (Part, Int64) throws -> Void) throws {
        var index = 0
        while index < chunk.count {
            if var current = value {
                guard let end = current.end.find(in: chunk, from: index) else {
                    value = current
                    partial.append(UnsafeRawBufferPointer(rebasing: chunk[index...]))
                    break
                }
                value = nil
                // The record is taken out while it is handed on, because that changes what is expected next.
                var record = partial
                partial = PartialRecord(limit: Limits.snapshotItemBytes)
                try record.complete(with: UnsafeRawBufferPointer(rebasing: chunk[index..<end])) { slice in
                    try take(slice, as: current.kind, at: current.offset, body)
                }
                partial = record
                index = end
                continue
            }
            let byte = chunk[index]
            let isSpace = byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
            if !isSpace, let kind = try step(byte, at: consumed + Int64(index)) {
                value = (kind, ValueEnd(first: byte), consumed + Int64(index))
                continue
            }
            index += 1
        }
        consumed += Int64(chunk.count)
    }

    /// Ends the snapshot; throws a ``SnapshotError`` where it is not whole.
    package func finish() throws(SnapshotError) {
        guard state != .afterSnapshot else { return }
        let place = SnapshotPlace(offset: consumed)
        throw SnapshotError(.truncated, at: place, consumed == 0 ? "the file is empty" : "it ends here, too early")
    }

    /// Passes `byte`, which is no space and in no value; returns the kind of the value that it begins.
    private mutating func step(_ byte: UInt8, at offset: Int64) throws(SnapshotError) -> Value? {
        switch (state, byte) {
        case (.beforeSnapshot, UInt8(ascii: "{")): state = .firstMember
        case (.firstMember, UInt8(ascii: "\"")), (.nextMember, UInt8(ascii: "\"")): return .memberName
        case (.memberColon, UInt8(ascii: ":")): state = isCollections ? .collections : .manifest
        case (.manifest, UInt8(ascii: "{")): return .manifest
        case (.collections, UInt8(ascii: "{")): state = .firstCollection
        case (.afterMember, UInt8(ascii: ",")): state = .nextMember
        case (.afterMember, UInt8(ascii: "}")): try end(at: offset)
        case (.firstCollection, UInt8(ascii: "\"")), (.nextCollection, UInt8(ascii: "\"")): return .collectionName
        case (.firstCollection, UInt8(ascii: "}")), (.afterCollection, UInt8(ascii: "}")): state = .afterMember
        case (.collectionColon, UInt8(ascii: ":")): state = .collection
        case (.collection, UInt8(ascii: "[")): state = .firstItem
        case (.afterCollection, UInt8(ascii: ",")): state = .nextCollection
        case (.firstItem, UInt8(ascii: "]")), (.afterItem, UInt8(ascii: "]")): state = .afterCollection
        case (.afterItem, UInt8(ascii: ",")): state = .nextItem
        case (.firstItem, _), (.nextItem, _):
            guard byte != UInt8(ascii: ","), byte != UInt8(ascii: "]"), byte != UInt8(ascii: "}") else {
                throw unexpected(offset)
            }
            return .item
        default: throw unexpected(offset)
        }
        return nil
    }

    private mutating func end(at offset: Int64) throws(SnapshotError) {
        guard hasManifest, hasCollections else {
            throw SnapshotError(
                .foreign,
                at: SnapshotPlace(offset: offset),
                "it is no snapshot: it ends without a member '\(hasManifest ? "collections" : "manifest")'"
            )
        }
        state = .afterSnapshot
    }

    private mutating func take(
        _ slice: RecordSlice,
        as kind: Value,
        at offset: Int64,
        _ body: (Part, Int64) throws -> Void
    ) throws {
        let place = SnapshotPlace(offset: offset)
        switch kind {
        case .memberName:
            isCollections = slice.bytes.elementsEqual(SnapshotSplitter.collectionsName)
            guard isCollections || slice.bytes.elementsEqual(SnapshotSplitter.manifestName) else {
                throw SnapshotError(
                    hasManifest || hasCollections ? .damaged : .foreign,
                    at: place,
                    "a snapshot has the members 'manifest' and 'collections', and this is another"
                )
            }
            guard !(isCollections ? hasCollections : hasManifest) else {
                throw SnapshotError(.damaged, at: place, "this member is there twice")
            }
            if isCollections { hasCollections = true } else { hasManifest = true }
            state = .memberColon
        case .manifest:
            guard slice.length <= Limits.snapshotManifestBytes else {
                throw SnapshotError(
                    .damaged,
                    at: place,
                    "the manifest has \(slice.length) bytes, more than \(Limits.snapshotManifestBytes)"
                )
            }
            state = .afterMember
            try body(.manifest(slice), offset)
        case .collectionName:
            guard slice.length <= Limits.snapshotNameBytes else {
                throw SnapshotError(.damaged, at: place, "this is too long for a collection's name")
            }
            state = .collectionColon
            try body(.collection(slice), offset)
        case .item:
            state = .afterItem
            try body(.item(slice), offset)
        }
    }

    private func unexpected(_ offset: Int64) -> SnapshotError {
        let place = SnapshotPlace(offset: offset)
        let what: String
        switch state {
        case .beforeSnapshot: return SnapshotError(.foreign, at: place, "it is no snapshot, which is a JSON object")
        case .firstMember where !hasManifest && !hasCollections:
            return SnapshotError(.foreign, at: place, "it is no snapshot: a name is expected here")
        case .afterSnapshot: what = "nothing may stand behind the end of the snapshot"
        case .firstMember, .nextMember, .firstCollection, .nextCollection: what = "a name is expected here"
        case .memberColon, .collectionColon: what = "a colon is expected here"
        case .manifest: what = "the manifest is a JSON object"
        case .collections: what = "the collections are a JSON object"
        case .collection: what = "a collection is a JSON array of items"
        case .afterMember, .afterCollection, .afterItem: what = "a comma or a closing bracket is expected here"
        case .firstItem, .nextItem: what = "an item is expected here"
        }
        return SnapshotError(.damaged, at: place, what)
    }
}
