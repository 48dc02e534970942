internal import Digest
internal import Federation
internal import JSON

/// Reads what has been appended to a log since it was read last, across rotation and truncation, and keeps what of it are
/// patterns.
///
/// Each file is known by its number on the disk and by the bytes around what was read. A renamed log is read on under its
/// new name, a copy from where the original was read to, and a file that was begun anew from its beginning. To read a line
/// twice changes nothing. A line is read once it is whole, so nobody is ever read in the middle of writing.
struct LogFollower {
    let log: String
    let part: Int64
    let reader: EventReader
    let context: SourceContext

    private var state: SpokeState { context.state }

    /// Reads all that is new; throws a ``SpokeError`` where the log cannot be read.
    func follow() throws {
        try state.prepareLog(part, rules: reader.key)
        let files = try LogFiles.open(log)
        let known = try state.followedFiles(of: part)
        for file in files {
            guard !context.shouldStop() else { return }
            try read(file, known)
        }
        // Looked for again: one that was renamed meanwhile is there under its new name.
        let present = try files + LogFiles.open(log)
        try state.forgetFiles(of: part) { entry in !present.contains { entry.isSame(as: $0) } }
        try state.boundHarvest(of: part, to: SourceLimits.harvestItems)
    }

    /// Whether there is something that was not read yet; changes nothing.
    func hasNews() throws -> Bool {
        guard try state.followedLog(part)?.rules == reader.key else { return true }
        let known = try state.followedFiles(of: part)
        return try LogFiles.open(log).contains { file in
            // Half a line is none yet; the longest that is looked for one is a portion.
            let start = try start(in: file, known)
            let rest = min(file.currentSize - start, SourceLimits.logPortionBytes)
            return try rest > 0 && file.bytes(at: start, length: Int(rest)).contains(UInt8(ascii: "\n"))
        }
    }

    private func read(_ file: SourceFile, _ known: [FollowedFile]) throws {
        for _ in 0..<SourceLimits.logAttempts {
            let start = try start(in: file, known)
            if try read(file, from: start) { return }
        }
        // It is begun anew again and again: the next round takes it up.
    }

    /// From where on `file` has not been read.
    private func start(in file: SourceFile, _ known: [FollowedFile]) throws -> Int64 {
        if let own = known.first(where: { $0.isSame(as: file) }), try own.isBeginning(of: file, hasher: state.hasher) {
            return own.position
        }
        let originals = try known.filter { try $0.position > 0 && $0.isBeginning(of: file, hasher: state.hasher) }
        return originals.map(\.position).max() ?? 0
    }

    /// Reads `file` from `start` to its last whole line; false where it was begun anew meanwhile.
    private func read(_ file: SourceFile, from start: Int64) throws -> Bool {
        let compared = min(file.currentSize, SourceLimits.logPortionBytes)
        let beginning = try FollowedFile(file, upTo: compared, hasher: state.hasher)
        var portion = LogPortion(end: start)
        var isSame = true
        var lines = LineReader(file, limit: SourceLimits.lineBytes, from: start)
        try lines.forEachLine { line in
            guard isSame, line.isTerminated else { return }
            portion.add(line, reader)
            guard portion.end - portion.start >= SourceLimits.logPortionBytes else { return }
            isSame = try keep(portion, of: file, beginning)
            portion = LogPortion(end: portion.end)
            if context.shouldStop() { throw SpokeAgent.stopped }
        }
        guard isSame else { return false }
        return try keep(portion, of: file, beginning)
    }

    /// Makes durable what a portion brought, and how far it reaches; false where the file is not the same any more, so that
    /// lines may have been read across its old and its new content.
    private func keep(_ portion: LogPortion, of file: SourceFile, _ beginning: FollowedFile) throws -> Bool {
        let reached = try FollowedFile(file, upTo: portion.end, hasher: state.hasher)
        guard file.currentSize >= portion.end, try beginning.isBeginning(of: file, hasher: state.hasher) else {
            return false
        }
        try state.harvest(portion, of: part, reached, at: context.now())
        return true
    }
}

/// Lines of a log that are kept together.
struct LogPortion {
    let start: Int64
    /// Behind the last line.
    private(set) var end: Int64
    private(set) var patterns: [(id: PatternID, record: [UInt8])] = []
    private(set) var passedOver: [String: Int64] = [:]

    init(end: Int64) {
        start = end
        self.end = end
    }

    mutating func add(_ line: LineReader.Line, _ reader: EventReader) {
        end = line.offset + Int64(line.record.length) + 1
        guard !line.record.isOversized else {
            passedOver[LogPortion.tooLargeCode, default: 0] += 1
            return
        }
        switch reader.read(line.record.bytes) {
        case .pattern(let id, let record): patterns.append((id, record))
        case .passedOver(let reason): passedOver[reason.rawValue, default: 0] += 1
        case .other: break
        }
    }

    private static let tooLargeCode = "event-too-large"
}
