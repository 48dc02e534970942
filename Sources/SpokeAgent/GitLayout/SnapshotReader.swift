internal import JSON

/// Reads the answer of a vector database that a snapshot holds, `{"result":{"points":[...],...},...}`, point by point and
/// in bounded memory, and tells where each point stands.
struct SnapshotReader {
    /// One point: an object with `id` and `payload`.
    struct Point {
        /// Counted from 1.
        var number: Int64
        var offset: Int64
        var record: RecordSlice
    }

    private static let chunkBytes = 64 * 1024
    /// The depth between the points: in the array, in the result, in the answer.
    private static let pointsDepth = 3

    private let file: SourceFile
    private let limit: Int
    private var depth = 0
    private var inString = false
    private var isEscaped = false
    /// The latest text of the outer two levels, and the names whose values are being read there.
    private var text: [UInt8] = []
    private var names: [[UInt8]] = [[], []]
    private var inPoints = false
    private var hasPoints = false
    private var isDone = false
    private(set) var number: Int64 = 0
    private var point: [UInt8] = []
    private var length = 0
    private var start: Int64 = 0

    /// A reader of `file` that holds at most `limit` bytes of one point, and one chunk.
    init(_ file: SourceFile, limit: Int) {
        self.file = file
        self.limit = limit
    }

    /// Calls `body` with each point; returns what is wrong with the snapshot, where it is not whole.
    mutating func forEachPoint(_ body: (Point) throws -> Void) throws -> String? {
        var chunk = [UInt8](repeating: 0, count: SnapshotReader.chunkBytes)
        var offset: Int64 = 0
        while true {
            let count = try chunk.withUnsafeMutableBytes { try file.read(into: $0, at: offset) }
            guard count > 0 else { return ending }
            let problem = try chunk.withUnsafeBytes { bytes in
                try read(UnsafeRawBufferPointer(rebasing: bytes[..<count]), at: offset, body)
            }
            if let problem { return problem }
            offset += Int64(count)
        }
    }

    /// What is wrong where the file ends.
    private var ending: String? {
        if !isDone { return "the snapshot is cut off behind its point \(number)" }
        return hasPoints ? nil : "the snapshot has no result.points"
    }

    private mutating func read(
        _ chunk: UnsafeRawBufferPointer,
        at offset: Int64,
        _ body: (Point) throws -> Void
    ) throws -> String? {
        var kept = 0
        for (index, byte) in chunk.enumerated() {
            if inString {
                readInString(byte)
                continue
            }
            switch byte {
            case UInt8(ascii: "\""):
                inString = true
                if depth < SnapshotReader.pointsDepth { text.removeAll(keepingCapacity: true) }
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                if isDone { return "the snapshot goes on behind its end" }
                if inPoints, depth == SnapshotReader.pointsDepth {
                    guard byte == UInt8(ascii: "{") else { return "point \(number + 1) is no object" }
                    start = offset + Int64(index)
                    kept = index
                }
                open(byte)
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard depth > 0 else { return "the snapshot is no JSON" }
                depth -= 1
                if depth == 0 { isDone = true }
                guard inPoints else { continue }
                if depth < SnapshotReader.pointsDepth {
                    inPoints = false
                } else if depth == SnapshotReader.pointsDepth {
                    add(UnsafeRawBufferPointer(rebasing: chunk[kept...index]))
                    try emit(body)
                }
            case UInt8(ascii: ":"):
                if depth == 1 || depth == 2 { names[depth - 1] = text }
            default: break
            }
        }
        if inPoints, depth > SnapshotReader.pointsDepth { add(UnsafeRawBufferPointer(rebasing: chunk[kept...])) }
        return nil
    }

    private mutating func readInString(_ byte: UInt8) {
        if isEscaped {
            isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
            isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
            inString = false
            return
        }
        // Names that matter are short.
        if depth < SnapshotReader.pointsDepth, text.count < 16 { text.append(byte) }
    }

    private mutating func open(_ byte: UInt8) {
        depth += 1
        guard byte == UInt8(ascii: "["), depth == SnapshotReader.pointsDepth,
            names[0].elementsEqual("result".utf8), names[1].elementsEqual("points".utf8)
        else { return }
        inPoints = true
        hasPoints = true
    }

    private mutating func add(_ bytes: UnsafeRawBufferPointer) {
        let room = limit - point.count
        if room > 0 { point.append(contentsOf: bytes.prefix(room)) }
        length += bytes.count
    }

    private mutating func emit(_ body: (Point) throws -> Void) throws {
        number += 1
        let (number, start, length) = (number, start, length)
        defer {
            point.removeAll(keepingCapacity: true)
            self.length = 0
        }
        try point.withUnsafeBytes { bytes in
            try body(Point(number: number, offset: start, record: RecordSlice(bytes: bytes, length: length)))
        }
    }
}
