package import Federation
import Glibc

/// A folder with a file of patterns for each collection, one pattern per line.
package struct JSONLSource: PatternSource, Equatable {
    /// The ending that names files of patterns.
    static let fileEnding = ".jsonl"

    private let path: String

    package init(folder: String) {
        path = folder
    }

    package var argument: String { "jsonl:\(path)" }
    package var folder: String? { path }

    package func contents() throws -> [SourceContent] {
        try fileNames().map { SourceContent(name: $0, place: "\(path)/\($0)\(JSONLSource.fileEnding)") }
    }

    package var absence: String? {
        guard let names = try? fileNames(), names.isEmpty else { return nil }
        return "\(path) has no file COLLECTION\(JSONLSource.fileEnding) yet, so nothing of it is shared"
    }

    package func parts(of collection: CollectionName) -> [String] {
        [JSONLFolder.path(of: collection, in: path)]
    }

    package func open(
        _ name: String,
        of policy: CollectionPolicy,
        _ context: SourceContext
    ) throws -> (any SourcePart)? {
        guard FileFingerprint(path: name) != nil else { return nil }
        return JSONLPart(try SourceFile(name))
    }

    package func changeMarks() -> [String] {
        ((try? contents()) ?? []).map { "\($0.place) \(FileFingerprint(path: $0.place)?.description ?? "gone")" }
    }

    /// The names of the folder's files of patterns, without the ending; throws ``SpokeError`` where the folder cannot be
    /// read.
    private func fileNames() throws -> [String] {
        guard let stream = opendir(path) else {
            throw SpokeError(
                .partial,
                "the source folder \(path) cannot be read: \(SystemError.text()); nothing of it was taken back: check"
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
