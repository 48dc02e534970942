internal import Federation
internal import JSON

/// The latest snapshot that a vector database's owner put into a team's repository.
final class GitSnapshotPart: SourcePart {
    let name: String
    private let file: SourceFile
    private let reader: GitLineReader
    private let node: String?

    init(name: String, _ file: SourceFile, reader: GitLineReader, node: String?) {
        self.name = name
        self.file = file
        self.reader = reader
        self.node = node
    }

    var fingerprint: String? { "\(file.path) \(file.fingerprint.description)" }
    var isWhole: Bool { true }

    func isSettled(at now: Timestamp) -> Bool {
        file.fingerprint.isSettled(at: now)
    }

    /// A snapshot that is cut off ends with a record that nobody can read, so that nothing is taken for missing.
    func forEachRecord(_ body: (SourceRecord) throws -> Void) throws {
        var points = SnapshotReader(file, limit: SourceLimits.lineBytes)
        let problem = try points.forEachPoint { point in
            let place = SourcePlace(offset: point.offset, length: point.record.length)
            if isOwn(point.record) { return }
            try body(SourceRecord(number: point.number, place: place, text: point.record))
        }
        guard let problem else { return }
        let none = RecordSlice(bytes: UnsafeRawBufferPointer(start: nil, count: 0), length: 0)
        let place = SourcePlace(offset: 0, length: 0)
        try body(SourceRecord(number: points.number + 1, place: place, text: none, problem: problem))
    }

    func record(at place: SourcePlace) throws -> [UInt8]? {
        try file.bytes(at: place.offset, length: place.length)
    }

    /// Whether it is what this node said, as it came back from the hub.
    private func isOwn(_ record: RecordSlice) -> Bool {
        guard let node, case .imported(_, let origin) = reader.read(record) else { return false }
        return origin == node
    }
}
