/// Where in a snapshot something stands, as people find it.
package struct SnapshotPlace: Sendable, Equatable, CustomStringConvertible {
    package var collection: CollectionName?
    /// Counted from 1 within the collection.
    package var item: Int64?
    /// Bytes from the beginning, of a compressed file of what it unpacks to.
    package var offset: Int64

    package init(collection: CollectionName? = nil, item: Int64? = nil, offset: Int64) {
        self.collection = collection
        self.item = item
        self.offset = offset
    }

    package var description: String {
        guard let collection else { return "byte \(offset)" }
        guard let item else { return "\(collection), byte \(offset)" }
        return "item \(item) of \(collection), byte \(offset)"
    }
}
