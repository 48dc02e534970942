internal import Federation
internal import JSON

/// A file of a team's patterns.
///
/// What a spoke wrote there comes first, so that what somebody says himself of the same pattern counts. What was said here
/// and came back through others' files is no statement: this node may have said something else since.
final class GitLinesPart: SourcePart {
    private let file: SourceFile
    private let reader: GitLineReader
    private let node: String?
    private(set) var passedOver: [String: Int64] = [:]

    init(_ file: SourceFile, reader: GitLineReader, node: String?) {
        self.file = file
        self.reader = reader
        self.node = node
    }

    var name: String { file.path }
    var fingerprint: String? { "\(file.fingerprint.description) \(reader.key)" }
    var isWhole: Bool { true }

    func isSettled(at now: Timestamp) -> Bool {
        file.fingerprint.isSettled(at: now)
    }

    func forEachRecord(_ body: (SourceRecord) throws -> Void) throws {
        passedOver = [:]
        try forEachReading { line, reading in
            guard case .imported(let text, let origin) = reading, origin != node else { return }
            try GitLinesPart.hand(text, of: line, to: body)
        }
        try forEachReading { line, reading in
            switch reading {
            case .imported: break
            case .record(let text): try GitLinesPart.hand(text, of: line, to: body)
            case .passedOver(let code): passedOver[code, default: 0] += 1
            case .unusable(let detail): try GitLinesPart.hand([], of: line, problem: detail, to: body)
            }
        }
    }

    func record(at place: SourcePlace) throws -> [UInt8]? {
        let bytes = try file.bytes(at: place.offset, length: place.length)
        let reading = bytes.withUnsafeBytes { reader.read(RecordSlice(bytes: $0, length: $0.count)) }
        switch reading {
        case .record(let text), .imported(let text, _): return text
        case .passedOver, .unusable: return nil
        }
    }

    private func forEachReading(_ body: (LineReader.Line, GitLineReader.Reading) throws -> Void) throws {
        var lines = LineReader(file, limit: SourceLimits.lineBytes)
        try lines.forEachLine { try body($0, reader.read($0.record)) }
    }

    private static func hand(
        _ text: [UInt8],
        of line: LineReader.Line,
        problem: String? = nil,
        to body: (SourceRecord) throws -> Void
    ) throws {
        let place = SourcePlace(offset: line.offset, length: line.record.length)
        // A line that was too long to be held has its own length.
        let length = line.record.isOversized ? line.record.length : text.count
        try text.withUnsafeBytes { bytes in
            let slice = RecordSlice(bytes: bytes, length: length)
            try body(SourceRecord(number: line.number, place: place, text: slice, problem: problem))
        }
    }
}
