package import Federation
internal import JSON

/// A folder in which the winners held are kept as a file for each collection, one pattern per line, sorted by id.
package struct JSONLSink: WinnerSink, Equatable {
    private let path: String

    package init(folder: String) {
        path = folder
    }

    package var argument: String { "jsonl:\(path)" }
    package var folder: String? { path }
    package var needsVectors: Bool { false }

    /// Writes the file of `collection` where it is missing, was changed by others, or has fallen behind what `state`
    /// holds.
    package func update(_ collection: CollectionName, from state: SpokeState) throws -> SinkOutcome {
        let file = JSONLFolder.path(of: collection, in: path)
        let number = try state.number(of: collection)
        let changes = try state.winnerPosition(of: collection).changes
        let written = try state.sinkFile(file, of: number)
        let isAsLeft = written.map { FileFingerprint(path: file)?.description == $0.fingerprint } ?? false
        if isAsLeft, written?.changes == changes { return SinkOutcome(isChanged: false) }
        if !isAsLeft, let line = try JSONLSink.foreignLine(of: file, wasOwn: written != nil) {
            return SinkOutcome(
                isChanged: false,
                findings: [
                    "\(file) was not written by a spoke (line \(line) names no origin) and is left as it is; give the sink"
                        + " a folder of its own, or move the file away"
                ]
            )
        }
        try Folder.make(path, mode: 0o755, option: "--sink")
        let writer = try AtomicFile(collection.text + JSONLSource.fileEnding, in: path)
        try state.forEachWinner(of: collection) { winner in
            try writer.write { SinkLine.append(winner, to: &$0) }
        }
        let isNew = try writer.finish()
        if let fingerprint = FileFingerprint(path: file) {
            try state.saveSinkFile(file, of: number, changes: changes, fingerprint: fingerprint.description)
        }
        return SinkOutcome(isChanged: isNew)
    }

    /// The first line of `file`, counted from 1, that no sink wrote; `nil` where there is none, or no file.
    ///
    /// Of a file that `wasOwn`, what was changed or damaged is written anew; it is another's where it has objects, and none
    /// is a sink's.
    private static func foreignLine(of file: String, wasOwn: Bool) throws -> Int64? {
        guard FileFingerprint(path: file) != nil else { return nil }
        var found: Int64?
        var isOwn = false
        var lines = LineReader(try SourceFile(file), limit: SourceLimits.lineBytes)
        try lines.forEachLine { line in
            guard found == nil || wasOwn && !isOwn else { return }
            let root = JSONLSink.document(line.record.bytes)?.root
            if root?["payload"]?["federation"]?["origin"]?.string != nil {
                isOwn = true
            } else if !wasOwn || root?.kind == .object {
                found = found ?? line.number
            }
        }
        return wasOwn && isOwn ? nil : found
    }

    /// A line as it is read; an id up to 2^64 - 1 may be written as a number.
    private static func document(_ bytes: UnsafeRawBufferPointer) -> JSONDocument? {
        if let document = try? JSONDocument(parsing: bytes) { return document }
        return TopLevelInteger.quotingUnsigned(in: bytes).flatMap { try? JSONDocument(parsing: $0) }
    }
}
