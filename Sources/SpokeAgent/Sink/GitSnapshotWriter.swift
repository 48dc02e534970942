internal import Federation
internal import JSON
import Glibc

/// Adds a snapshot of what won to a team's repository, in the form in which vector databases answer.
struct GitSnapshotWriter {
    /// Snapshots of one collection that are kept of those that spokes wrote.
    static let keptSnapshots = 10

    private let collection: CollectionName
    private let layout: GitLayout
    private let state: SpokeState

    init(_ collection: CollectionName, _ layout: GitLayout, _ state: SpokeState) {
        self.collection = collection
        self.layout = layout
        self.state = state
    }

    private var files: SnapshotFiles { SnapshotFiles(collection: collection, folder: layout.snapshots) }
    private var link: String { layout.latestSnapshot(of: collection) }

    /// Writes a snapshot where something changed since the last one; returns whether it did.
    ///
    /// Throws a ``SpokeError`` where it cannot be written.
    func update(at time: Timestamp) throws -> Bool {
        let number = try state.number(of: collection)
        let position = try state.winnerPosition(of: collection)
        let written = try state.sinkFile(link, of: number)
        if let written, written.changes == position.changes, isPresent(written.fingerprint) { return false }
        guard position.count > 0 || written != nil else { return false }
        try Folder.make(layout.snapshots, mode: 0o755, option: "--sink")
        let name = files.ownName(at: time)
        let isNew = try write(name)
        try makeLink(to: name)
        try state.saveSinkFile(link, of: number, changes: position.changes, fingerprint: name)
        for old in files.dated().filter(files.isOwn).dropFirst(GitSnapshotWriter.keptSnapshots) {
            unlink("\(layout.snapshots)/\(old)")
        }
        return isNew
    }

    /// Whether the snapshot called `name` is there, as a spoke wrote it.
    private func isPresent(_ name: String) -> Bool {
        FileFingerprint(path: "\(layout.snapshots)/\(name)") != nil && files.isOwn(name)
    }

    private func write(_ name: String) throws -> Bool {
        let writer = try AtomicFile(name, in: layout.snapshots)
        try writer.write { output in
            output += SnapshotFiles.ownBeginning.utf8
            output += #"{"written_by":"tributary"},"result":{"points":["#.utf8
        }
        var isFirst = true
        try state.forEachWinner(of: collection) { winner in
            try writer.write { output in
                output += (isFirst ? "\n" : ",\n").utf8
                isFirst = false
                output += #"{"id":"#.utf8
                QdrantID.json(winner.id, in: collection).append(to: &output)
                output += #","payload":"#.utf8
                // Databases of vectors hold no other ids than numbers and UUIDs.
                SinkLine.appendPayload(winner, keepingID: !winner.id.isQdrantID, to: &output)
                output.append(UInt8(ascii: "}"))
            }
        }
        try writer.write { output in
            output += "\n],\"next_page_offset\":null},\"status\":\"ok\",\"time\":0}\n".utf8
        }
        return try writer.finish()
    }

    /// Has the link lead to the snapshot called `name`; whoever follows it finds the old one or the new one.
    private func makeLink(to name: String) throws(SpokeError) {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlink(link, &buffer, buffer.count)
        if length > 0, buffer[..<length].map({ UInt8(bitPattern: $0) }).elementsEqual(name.utf8) { return }
        if length < 0, FileFingerprint(path: link) != nil {
            throw SpokeError(
                .partial,
                "\(link) is no link that a spoke made and is left as it is; the snapshot is \(name) beside it: move that file"
                    + " away, and the link is made"
            )
        }
        let partial = "\(layout.snapshots)/.\(GitLayout.latestName(collection)).partial"
        unlink(partial)
        guard symlink(name, partial) == 0, rename(partial, link) == 0 else {
            let error = SpokeError(.failure, "\(link) cannot be written: \(SystemError.text()); check --sink")
            unlink(partial)
            throw error
        }
        try Folder.synchronize(layout.snapshots)
    }
}

extension PatternID {
    /// Whether databases of vectors can hold it as it is.
    fileprivate var isQdrantID: Bool {
        switch kind {
        case .unsignedInteger, .uuid: true
        case .text: false
        }
    }
}
