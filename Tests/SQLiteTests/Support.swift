import Glibc
import SQLite
import Testing

/// A folder of its own for one test, removed with all files when the test is over.
final class Folder {
    let path: String

    init() throws {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/sqlite-test-XXXXXX".utf8CString)
        let made = try #require(mkdtemp(&template))
        path = String(cString: made)
    }

    deinit {
        chmod(path, 0o700)
        if let directory = opendir(path) {
            while let entry = readdir(directory) {
                withUnsafeBytes(of: &entry.pointee.d_name) { name in
                    let text = String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
                    unlink(file(text))
                }
            }
            closedir(directory)
        }
        rmdir(path)
    }

    /// The path of the file called `name`.
    func file(_ name: String) -> String {
        "\(path)/\(name)"
    }
}

/// Writes `bytes` over the file at `path`, from `offset` on.
func overwrite(_ path: String, at offset: Int, with bytes: [UInt8]) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, mode_t(0o600))
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    try #require(pwrite(descriptor, bytes, bytes.count, off_t(offset)) == bytes.count)
}

/// The length of the file at `path`.
func length(of path: String) throws -> Int {
    var information = stat()
    try #require(stat(path, &information) == 0)
    return Int(information.st_size)
}

/// The error that `body` ends with.
func failure(
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () throws -> Void
) throws -> SQLiteError {
    let error = #expect(throws: SQLiteError.self, sourceLocation: sourceLocation, performing: body)
    return try #require(error, sourceLocation: sourceLocation)
}
