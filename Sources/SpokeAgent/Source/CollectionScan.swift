internal import Digest
internal import Federation
internal import JSON
internal import Replication

/// Reads all files of a collection once, and notes in a ``ScanTable`` what each pattern is to become.
final class CollectionScan {
    let files: [SourceFile]
    let table: ScanTable
    let policy: CollectionPolicy
    private(set) var tally = ScanTally()
    /// Whether a line could not be read so thoroughly that nobody knows which pattern it is.
    private(set) var hasUnnamedLine = false

    private let state: SpokeState
    private let collection: Int64
    private let node: NodeName
    private let reader: SourceItemReader

    init(
        files: [SourceFile],
        policy: CollectionPolicy,
        node: NodeName,
        state: SpokeState,
        collection: Int64
    ) throws {
        self.files = files
        self.policy = policy
        self.node = node
        self.state = state
        self.collection = collection
        reader = SourceItemReader(policy: policy, node: node, hasher: state.hasher)
        table = try ScanTable(state: state, collection: collection)
    }

    /// Reads the files; `mayGoOn` is asked now and then, and may throw.
    func run(mayGoOn: () throws -> Void) throws {
        try table.fill {
            for (index, file) in files.enumerated() {
                var lines = LineReader(file, limit: SourceLimits.lineBytes)
                try lines.forEachLine { line in
                    tally.read += 1
                    if tally.read.isMultiple(of: CollectionScan.linesBetweenChecks) { try mayGoOn() }
                    try add(line, of: file, index)
                }
            }
        }
        try table.keepLastLines()
        let counts = try table.counts()
        tally.offerable = counts[.offerable] ?? 0
        tally.pulled = counts[.pulled] ?? 0
        tally.belowThreshold = counts[.belowThreshold] ?? 0
        tally.withoutValue = counts[.withoutValue] ?? 0
        tally.markedRetracted = counts[.retracted] ?? 0
        let standing = counts.reduce(0) { $1.key == .unreadable ? $0 : $0 + $1.value }
        tally.superseded = tally.read - tally.unreadable - standing
    }

    private static let linesBetweenChecks: Int64 = 1_000

    private func add(_ line: LineReader.Line, of file: SourceFile, _ index: Int) throws {
        let place = ScanTable.Place(file: index, offset: line.offset, length: line.record.length)
        var id: PatternID?
        do {
            let item = try read(line, id: &id)
            let isOfferable = item.standing == .offerable
            try table.add(
                item.id,
                item.standing,
                at: place,
                checksum: isOfferable ? item.checksum : nil,
                vectorDigest: isOfferable ? item.vector?.digest ?? SHA256Digest.none : nil
            )
        } catch let refusal as Refusal {
            tally.add(
                BadLine(
                    path: file.path,
                    line: line.number,
                    code: refusal.code.rawValue,
                    detail: ShownText.of(refusal.detail)
                )
            )
            guard let id else {
                hasUnnamedLine = true
                return
            }
            try table.add(id, .unreadable, at: place, checksum: nil, vectorDigest: nil)
        }
    }

    private func read(_ line: LineReader.Line, id: inout PatternID?) throws -> SourceItem {
        try reader.read(line.record, id: &id) { id, checksum in
            try state.isForeignWinner(id, checksum, notFrom: node, in: collection)
        }
    }

    /// The content of a change, read again; `nil` where the file was changed in place since it was scanned.
    func content(of change: ScanTable.Change) throws -> SourceItem? {
        let bytes = try files[change.place.file].bytes(at: change.place.offset, length: change.place.length)
        var id: PatternID?
        let item = bytes.withUnsafeBytes { bytes in
            try? reader.read(RecordSlice(bytes: bytes, length: bytes.count), id: &id) { _, _ in false }
        }
        guard let item, item.id == change.id, item.standing == .offerable, item.checksum == change.checksum,
            item.vector?.digest ?? SHA256Digest.none == change.vectorDigest
        else { return nil }
        return item
    }
}
