internal import Digest
internal import Federation
internal import JSON

/// Brings a team's file of patterns up to date: what others wrote stays as it is, what spokes wrote becomes what won.
struct GitLinesWriter {
    /// How often it is begun anew when others write to the file at the same time.
    private static let attempts = 3
    /// How lines begin where git could not merge.
    private static let conflictMarks = ["<<<<<<< ", ">>>>>>> "].map { Array($0.utf8) }

    private let collection: CollectionName
    private let layout: GitLayout
    private let state: SpokeState

    init(_ collection: CollectionName, _ layout: GitLayout, _ state: SpokeState) {
        self.collection = collection
        self.layout = layout
        self.state = state
    }

    private var file: String { layout.lines(of: collection) }

    /// Writes the file where it has fallen behind; returns whether anything in it changed.
    ///
    /// Throws a ``SpokeError`` where it cannot be written now.
    func update() throws -> Bool {
        let number = try state.number(of: collection)
        let position = try state.winnerPosition(of: collection)
        if let written = try state.sinkFile(file, of: number), written.changes == position.changes,
            FileFingerprint(path: file)?.description == written.fingerprint
        {
            return false
        }
        guard position.count > 0 || FileFingerprint(path: file) != nil else { return false }
        try Folder.make(layout.patterns, mode: 0o755, option: "--sink")
        for _ in 0..<GitLinesWriter.attempts {
            let before = FileFingerprint(path: file)
            guard let isNew = try write(over: before) else { continue }
            if let fingerprint = FileFingerprint(path: file) {
                try state.saveSinkFile(
                    file,
                    of: number,
                    changes: position.changes,
                    fingerprint: fingerprint.description
                )
            }
            return isNew
        }
        throw SpokeError(.partial, "\(file) is being written to by others; the next round tries it again")
    }

    /// Writes the file anew; `nil` where it was changed meanwhile.
    private func write(over before: FileFingerprint?) throws -> Bool? {
        let lines = try SinkLines(state: state)
        defer { try? lines.drop() }
        try lines.fill {
            if before != nil { try keepOthers(in: lines) }
            var text: [UInt8] = []
            try state.forEachWinner(of: collection) { winner in
                // What somebody says himself needs no copy.
                if try lines.says(winner.id, winner.checksum) { return }
                text.removeAll(keepingCapacity: true)
                GitLine.append(winner, to: &text)
                try text.dropLast().withUnsafeBytes { try lines.add($0) }
            }
        }
        let writer = try AtomicFile(GitLayout.linesName(collection), in: layout.patterns)
        try lines.forEachLine { line in
            try writer.write { output in
                output += line
                output.append(0x0A)
            }
        }
        guard FileFingerprint(path: file) == before else { return nil }
        return try writer.finish()
    }

    /// Adds the lines of the present file that no spoke wrote, or that were changed since.
    private func keepOthers(in lines: SinkLines) throws {
        let reader = GitLineReader(collection: collection, hasher: state.hasher)
        var present = LineReader(try SourceFile(file), limit: SourceLimits.lineBytes)
        try present.forEachLine { line in
            guard !line.record.isOversized else {
                throw SpokeError(
                    .partial,
                    "\(file):\(line.number) has more than \(SourceLimits.lineBytes) bytes, and would be lost; shorten it"
                )
            }
            guard !GitLinesWriter.conflictMarks.contains(where: line.record.bytes.starts(with:)) else {
                throw SpokeError(
                    .partial,
                    "\(file):\(line.number) is where git could not merge; resolve that, and the next round goes on"
                )
            }
            switch reader.read(line.record) {
            case .imported: return
            case .record(let record): try note(record, lines)
            case .passedOver, .unusable: break
            }
            try lines.add(line.record.bytes)
        }
    }

    /// Keeps what a line says, where it says something.
    private func note(_ record: [UInt8], _ lines: SinkLines) throws {
        guard let root = (try? JSONDocument(parsing: record))?.root, let payload = root["payload"],
            payload.kind == .object, let id = root["id"].flatMap({ try? PatternID($0) })
        else { return }
        var canonical: [UInt8] = []
        do throws(JSONError) {
            try CanonicalJSON.append(
                payload,
                to: &canonical,
                omitting: Admission.transportKeys,
                maximumDepth: Limits.payloadDepth
            )
        } catch { return }
        let checksum = PatternChecksum.content(
            collection: collection,
            id: id,
            payload: canonical,
            hasher: state.hasher
        )
        try lines.note(id, checksum)
    }
}
