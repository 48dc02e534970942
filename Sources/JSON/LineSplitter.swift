import Glibc

/// Cuts NDJSON into its lines; blank lines are no records.
package struct LineSplitter: RecordSplitter {
    private var partial: PartialRecord

    /// A splitter that keeps at most `limit` bytes of one line.
    package init(limit: Int) {
        partial = PartialRecord(limit: limit)
    }

    package mutating func split(_ chunk: UnsafeRawBufferPointer, _ record: (RecordSlice) throws -> Void) throws {
        guard let base = chunk.baseAddress else { return }
        var start = 0
        while start < chunk.count {
            let rest = chunk.count - start
            guard let newline = memchr(base + start, 0x0A, rest) else {
                partial.append(UnsafeRawBufferPointer(start: base + start, count: rest))
                return
            }
            let length = UnsafeRawPointer(newline) - (base + start)
            try emit(UnsafeRawBufferPointer(start: base + start, count: length), record)
            start += length + 1
        }
    }

    package mutating func finish(_ record: (RecordSlice) throws -> Void) throws {
        try emit(UnsafeRawBufferPointer(start: nil, count: 0), record)
    }

    private mutating func emit(_ last: UnsafeRawBufferPointer, _ record: (RecordSlice) throws -> Void) throws {
        try partial.complete(with: last) { slice in
            if !slice.isOversized, slice.bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { return }
            try record(slice)
        }
    }
}
