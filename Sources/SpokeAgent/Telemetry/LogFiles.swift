internal import Federation

/// The files of a log: the one being written to, and those it was rotated into beside it.
enum LogFiles {
    /// Files of one log that are looked at; the newest, where there are more.
    static let maximumFiles = 64
    /// What is no log, or none that can be read as it stands.
    private static let otherEndings = [
        ".gz", ".xz", ".zst", ".bz2", ".lz4", ".lzma", ".lock", ".tmp", ".swp", ".partial", "~",
    ]

    /// Opens the files of the log at `path`, the oldest first and the one being written to last.
    ///
    /// Each is opened once, whatever names it has. What cannot be read is left out, unless it is the log itself.
    static func open(_ path: String) throws -> [SourceFile] {
        let folder = Folder.containing(path)
        let base = path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
        let rotated = Folder.names(in: folder).filter { name in
            (name.hasPrefix(base + ".") || name.hasPrefix(base + "-"))
                && !otherEndings.contains(where: name.hasSuffix)
        }
        var files = rotated.compactMap { try? SourceFile("\(folder)/\($0)") }
        files.sort { left, right in
            let (before, after) = (left.fingerprint.modified, right.fingerprint.modified)
            // Where two were rotated at once, a greater number is older.
            return before == after ? left.path > right.path : before < after
        }
        if FileFingerprint(path: path) != nil { files.append(try SourceFile(path)) }
        var found: [SourceFile] = []
        for file in files.suffix(maximumFiles).reversed()
        where !found.contains(where: { $0.fingerprint.isSameFile(as: file.fingerprint) }) {
            found.append(file)
        }
        return found.reversed()
    }
}
