internal import Federation

/// A folder in which the winners held are kept as a file for each collection, one pattern per line, sorted by id.
package struct JSONLSink: Sendable, Equatable {
    package let folder: String

    package init(folder: String) {
        self.folder = folder
    }

    /// Writes the file of `collection` where it is missing, was changed by others, or has fallen behind what `state`
    /// holds; returns whether its bytes changed.
    func update(_ collection: CollectionName, from state: SpokeState) throws -> Bool {
        let path = JSONLFolder.path(of: collection, in: folder)
        let number = try state.number(of: collection)
        let changes = try state.winnerPosition(of: collection).changes
        if let written = try state.sinkFile(path, of: number), written.changes == changes,
            FileFingerprint(path: path)?.description == written.fingerprint
        {
            return false
        }
        try Folder.make(folder, mode: 0o755, option: "--sink")
        let file = try AtomicFile(collection.text + JSONLSource.fileEnding, in: folder)
        try state.forEachWinner(of: collection) { winner in
            try file.write { SinkLine.append(winner, to: &$0) }
        }
        let isNew = try file.finish()
        if let fingerprint = FileFingerprint(path: path) {
            try state.saveSinkFile(path, of: number, changes: changes, fingerprint: fingerprint.description)
        }
        return isNew
    }
}
