package import Federation
import JSON

/// Entries of one collection of a snapshot that are taken in together.
package struct SnapshotBatch: Sendable {
    /// One of them.
    package struct Entry: Sendable {
        /// What stands there.
        package enum Content: Sendable {
            case item(SnapshotItem)
            /// What cannot be a pattern, as far as it is kept, and how long it is.
            case refused(PatternID?, Refusal, body: [UInt8], length: Int64)
        }

        package var content: Content
        package var place: SnapshotPlace
    }

    package var collection: CollectionName
    package private(set) var entries: [Entry] = []
    private var bytes = 0

    /// A batch of entries of `collection`.
    package init(of collection: CollectionName) {
        self.collection = collection
    }

    package var isEmpty: Bool { entries.isEmpty }

    /// Whether it is as large as one transaction should be.
    package var isFull: Bool { entries.count >= SnapshotBatch.greatestCount || bytes >= Limits.batchBytes }

    /// Enough for a transaction to be worth it, and few enough that nodes are served in between.
    private static let greatestCount = 1_000

    /// Adds an entry.
    package mutating func append(_ entry: SnapshotEntry) {
        switch entry {
        case .item(let item, let place):
            bytes += item.payload.count + (item.vector?.count ?? 0)
            entries.append(Entry(content: .item(item), place: place))
        case .refused(let id, let refusal, let record, let place):
            let body = Array(record.bytes.prefix(Limits.quarantineBodyBytes))
            bytes += body.count
            let content = Entry.Content.refused(id, refusal, body: body, length: Int64(record.length))
            entries.append(Entry(content: content, place: place))
        }
    }
}
