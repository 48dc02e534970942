package import Federation
import Glibc

/// A folder with a file of patterns for each collection, one pattern per line.
package struct JSONLSource: Sendable, Equatable {
    /// The ending that names files of patterns.
    static let fileEnding = ".jsonl"

    package let folder: String

    package init(folder: String) {
        self.folder = folder
    }

    /// Where the patterns of `collection` stand, if anywhere.
    package func path(of collection: CollectionName) -> String {
        JSONLFolder.path(of: collection, in: folder)
    }

    /// The names of the folder's files of patterns, without the ending; throws ``SpokeError`` where the folder cannot be
    /// read.
    func fileNames() throws -> [String] {
        guard let stream = opendir(folder) else {
            throw SpokeError(
                .partial,
                "the source folder \(folder) cannot be read: \(SystemError.text()); nothing of it was taken back: check"
                    + " --source and its permissions"
            )
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name.hasSuffix(JSONLSource.fileEnding), !name.hasPrefix(".") else { continue }
            names.append(String(name.dropLast(JSONLSource.fileEnding.count)))
        }
        return names.sorted()
    }
}

/// How folders of patterns name their files.
enum JSONLFolder {
    static func path(of collection: CollectionName, in folder: String) -> String {
        "\(folder)/\(collection)\(JSONLSource.fileEnding)"
    }
}
