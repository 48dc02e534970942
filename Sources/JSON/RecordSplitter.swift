/// One record cut out of a stream: a line of NDJSON, or an element of a JSON array.
package struct RecordSlice {
    /// The record's bytes; of a record over the limit, its beginning.
    package var bytes: UnsafeRawBufferPointer
    /// How long the record is.
    package var length: Int

    package init(bytes: UnsafeRawBufferPointer, length: Int) {
        self.bytes = bytes
        self.length = length
    }

    /// Whether the record was longer than the limit, so that `bytes` is not all of it.
    package var isOversized: Bool { length > bytes.count }
}

/// Cuts a stream of bytes into records without ever holding more than one.
package protocol RecordSplitter {
    /// Takes the next bytes and calls `record` for each record that is complete with them.
    mutating func split(_ chunk: UnsafeRawBufferPointer, _ record: (RecordSlice) throws -> Void) throws

    /// Ends the stream; calls `record` for a last record that needed no terminator.
    mutating func finish(_ record: (RecordSlice) throws -> Void) throws
}

/// What a splitter keeps of a record whose end it has not seen yet.
package struct PartialRecord {
    let limit: Int
    private(set) var bytes: [UInt8] = []
    private(set) var length = 0

    /// A record of which at most `limit` bytes are kept.
    package init(limit: Int) {
        self.limit = limit
    }

    /// Keeps a part of the record, whose end is still to come.
    package mutating func append(_ part: UnsafeRawBufferPointer) {
        let room = limit - bytes.count
        if room > 0 { bytes.append(contentsOf: part.prefix(room)) }
        length += part.count
    }

    /// Hands out what was collected together with `last`, without copying where the whole record lies in `last`.
    package mutating func complete(with last: UnsafeRawBufferPointer, _ record: (RecordSlice) throws -> Void) rethrows {
        if length == 0 {
            let kept = UnsafeRawBufferPointer(rebasing: last.prefix(limit))
            try record(RecordSlice(bytes: kept, length: last.count))
            return
        }
        append(last)
        let total = length
        length = 0
        defer { bytes.removeAll(keepingCapacity: true) }
        try bytes.withUnsafeBytes { try record(RecordSlice(bytes: $0, length: total)) }
    }
}
