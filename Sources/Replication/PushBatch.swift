package import Federation

/// Items to push at once, rendered, with revisions that are durable already.
package struct PushBatch: Sendable {
    /// One item.
    package struct Item: Sendable {
        package var id: PatternID
        /// Whose statement it is; `nil` for that of the node that pushes.
        package var origin: NodeName?
        package var revision: Int64
        /// Whether the item takes the pattern back.
        package var isRetraction: Bool
        /// Where the item's line ends in the body; it begins where the one before ends.
        package var end: Int

        package init(id: PatternID, origin: NodeName? = nil, revision: Int64, isRetraction: Bool, end: Int) {
            self.id = id
            self.origin = origin
            self.revision = revision
            self.isRetraction = isRetraction
            self.end = end
        }
    }

    package var items: [Item]
    /// NDJSON, one line for each item.
    package var body: [UInt8]

    package init(items: [Item] = [], body: [UInt8] = []) {
        self.items = items
        self.body = body
    }

    /// The batch in two halves; of a batch of one item the second is empty.
    package var halves: (PushBatch, PushBatch) {
        let middle = (items.count + 1) / 2
        let boundary = items[..<middle].last?.end ?? 0
        let rest = items[middle...].map { item in
            var item = item
            item.end -= boundary
            return item
        }
        return (
            PushBatch(items: Array(items[..<middle]), body: Array(body[..<boundary])),
            PushBatch(items: rest, body: Array(body[boundary...]))
        )
    }
}
