import Glibc
internal import JSON

/// Reads a file line by line and tells where each line stands, so that it can be read again.
struct LineReader {
    /// One line, without its newline.
    struct Line {
        /// Counted from 1, blank lines too, as editors do.
        var number: Int64
        var offset: Int64
        /// Of a line over the limit, no bytes.
        var record: RecordSlice
        /// Whether it ends with a newline rather than with the file.
        var isTerminated: Bool
    }

    private static let chunkBytes = 64 * 1024

    private let file: SourceFile
    private let limit: Int
    private var buffer: [UInt8] = []
    /// The bytes of the buffer that are still to be handed out.
    private var rest = 0..<0
    /// The file's position behind the buffer's last byte.
    private var position: Int64
    private var isAtEnd = false

    /// A reader of `file` from `offset` on that holds at most `limit` bytes of one line, and one chunk.
    init(_ file: SourceFile, limit: Int, from offset: Int64 = 0) {
        self.file = file
        self.limit = limit
        position = offset
    }

    /// Calls `body` with each line that is not blank.
    mutating func forEachLine(_ body: (Line) throws -> Void) throws {
        var number: Int64 = 0
        while try fillUntilLine() {
            number += 1
            let offset = position - Int64(rest.count)
            let line = try takeLine()
            guard let range = line.range else {
                let none = UnsafeRawBufferPointer(start: nil, count: 0)
                let record = RecordSlice(bytes: none, length: line.count)
                try body(Line(number: number, offset: offset, record: record, isTerminated: line.isTerminated))
                continue
            }
            if buffer[range].allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
            try buffer.withUnsafeBytes { bytes in
                let record = RecordSlice(bytes: UnsafeRawBufferPointer(rebasing: bytes[range]), length: range.count)
                try body(Line(number: number, offset: offset, record: record, isTerminated: line.isTerminated))
            }
        }
    }

    /// Reads until the buffer holds a line's end, more than the limit, or the file's end; false where nothing is left.
    private mutating func fillUntilLine() throws -> Bool {
        var searched = 0
        while !isAtEnd, rest.count <= limit, newline(from: rest.lowerBound + searched) == nil {
            searched = rest.count
            try fill()
        }
        return !rest.isEmpty
    }

    /// Takes the line at the beginning of the buffer; `range` is `nil` where it is over the limit.
    private mutating func takeLine() throws -> (range: Range<Int>?, count: Int, isTerminated: Bool) {
        if let end = newline(from: rest.lowerBound), end - rest.lowerBound <= limit {
            let range = rest.lowerBound..<end
            rest = (end + 1)..<rest.upperBound
            return (range, range.count, true)
        }
        if rest.count <= limit {
            let range = rest
            rest = rest.upperBound..<rest.upperBound
            return (range, range.count, false)
        }
        var count = 0
        var isTerminated = false
        while !rest.isEmpty {
            if let end = newline(from: rest.lowerBound) {
                count += end - rest.lowerBound
                rest = (end + 1)..<rest.upperBound
                isTerminated = true
                break
            }
            count += rest.count
            rest = 0..<0
            try fill()
        }
        return (nil, count, isTerminated)
    }

    private func newline(from start: Int) -> Int? {
        let count = rest.upperBound - start
        guard count > 0 else { return nil }
        return buffer.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, let found = memchr(base + start, 0x0A, count) else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }

    /// Reads one chunk behind what is left.
    private mutating func fill() throws {
        let kept = rest.count
        if rest.lowerBound > 0 {
            buffer.withUnsafeMutableBytes { bytes in
                guard let base = bytes.baseAddress else { return }
                memmove(base, base + rest.lowerBound, kept)
            }
        }
        let room = kept..<(kept + LineReader.chunkBytes)
        if buffer.count < room.upperBound {
            buffer.append(contentsOf: repeatElement(0, count: room.upperBound - buffer.count))
        }
        let offset = position
        let count = try buffer.withUnsafeMutableBytes { bytes in
            try file.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[room]), at: offset)
        }
        position += Int64(count)
        rest = 0..<(kept + count)
        isAtEnd = count == 0
    }
}
