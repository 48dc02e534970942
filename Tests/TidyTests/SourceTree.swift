import Foundation

/// The product's own files, as these tests read them.
enum SourceTree {
    /// A file with its path from the top of the tree.
    struct File {
        var path: String
        var lines: [String]
    }

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The place of a path from the top of the tree.
    static func absolute(_ path: String) -> String {
        root.appending(path: path).path
    }

    /// All Swift files below `folder`.
    static func swiftFiles(under folder: String) throws -> [File] {
        try files(under: folder) { $0.hasSuffix(".swift") }
    }

    /// All files below `folder` whose name passes `isWanted`.
    static func files(under folder: String, where isWanted: (String) -> Bool) throws -> [File] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: folder).path)
        return try names.filter(isWanted).sorted().map { name in
            let text = try String(contentsOf: root.appending(path: folder).appending(path: name), encoding: .utf8)
            return File(path: "\(folder)/\(name)", lines: text.components(separatedBy: "\n"))
        }
    }

    /// The names of the folders in `folder`.
    static func directories(under folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(
            at: root.appending(path: folder),
            includingPropertiesForKeys: [.isDirectoryKey]
        )
        .filter { try $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory ?? false }
        .map(\.lastPathComponent)
    }
}
