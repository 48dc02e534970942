internal import Federation
import Glibc

/// How a team's repository of patterns is laid out: `patterns` has a file per collection, `collections/snapshots` what
/// vector databases held, all in the repository or in its folder `data`.
struct GitLayout {
    private static let patternsFolder = "patterns"
    private static let snapshotsFolder = "collections/snapshots"
    private static let dataFolder = "data"
    private static let linesEnding = JSONLSource.fileEnding
    private static let latestEnding = "-latest.json"

    /// The folder that has `patterns` and `collections`.
    let root: String

    /// The layouts that may be in `folder`, whether they are there or not.
    static func candidates(in folder: String) -> [GitLayout] {
        [GitLayout(root: "\(folder)/\(dataFolder)"), GitLayout(root: folder)]
    }

    /// The layout to be written to in `folder`: the one that is there, or else that of a new repository, or of its folder
    /// `data`.
    static func toWrite(in folder: String) -> GitLayout {
        func isFolder(_ name: String) -> Bool { FileFingerprint(path: "\(folder)/\(name)")?.isFolder == true }
        if isFolder(dataFolder) { return GitLayout(root: "\(folder)/\(dataFolder)") }
        if isFolder(patternsFolder) || isFolder(snapshotsFolder) { return GitLayout(root: folder) }
        let isRepository = FileFingerprint(path: "\(folder)/.git") != nil
        return GitLayout(root: isRepository ? "\(folder)/\(dataFolder)" : folder)
    }

    var patterns: String { "\(root)/\(GitLayout.patternsFolder)" }
    var snapshots: String { "\(root)/\(GitLayout.snapshotsFolder)" }

    /// The file with the patterns of `collection`.
    func lines(of collection: CollectionName) -> String {
        "\(patterns)/\(GitLayout.linesName(collection))"
    }

    static func linesName(_ collection: CollectionName) -> String { collection.text + linesEnding }

    /// The link to the latest snapshot of `collection`, which names all of them.
    func latestSnapshot(of collection: CollectionName) -> String {
        "\(snapshots)/\(GitLayout.latestName(collection))"
    }

    static func latestName(_ collection: CollectionName) -> String { collection.text + latestEnding }

    /// The names of collections of which there is something.
    func collectionNames() -> [(name: String, place: String)] {
        var found: [(name: String, place: String)] = []
        for file in Folder.names(in: patterns) where file.hasSuffix(GitLayout.linesEnding) && !file.hasPrefix(".") {
            found.append((String(file.dropLast(GitLayout.linesEnding.count)), "\(patterns)/\(file)"))
        }
        for file in Folder.names(in: snapshots) where file.hasSuffix(GitLayout.latestEnding) && !file.hasPrefix(".") {
            let name = String(file.dropLast(GitLayout.latestEnding.count))
            if !found.contains(where: { $0.name == name }) { found.append((name, "\(snapshots)/\(file)")) }
        }
        return found
    }
}
