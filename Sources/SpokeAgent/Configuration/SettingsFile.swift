import Glibc
internal import Settings

/// A file of settings, read whole.
enum SettingsFile {
    /// Bytes that such a file may have.
    static let greatestBytes = 1024 * 1024
    private static let chunkBytes = 64 * 1024

    /// The bytes of the configuration file at `path`; `nil` where there is none.
    ///
    /// Throws ``InvalidSetting``, without the path, also where others than this user and the administrator may write it:
    /// whoever can write settings can have this program read any file and send it anywhere.
    static func read(_ path: String) throws -> [UInt8]? {
        try read(path, limit: greatestBytes) { facts in
            guard facts.isRegularFile else { throw InvalidSetting(description: "is no file") }
            guard !facts.isWritableByOthers else {
                throw InvalidSetting(
                    description: "can be written by other users of this machine, who could have any file read and sent"
                        + " anywhere; it belongs to you or root, and: chmod go-w \(path)"
                )
            }
        }
    }

    /// The bytes of the file at `path`, at most `limit`; throws `InvalidSetting`, without the path.
    static func bytes(of path: String, limit: Int) throws -> [UInt8] {
        guard let bytes = try read(path, limit: limit, check: { _ in }) else {
            throw InvalidSetting(description: "does not exist")
        }
        return bytes
    }

    /// The bytes of the file at `path`, once `check` has seen what kind of file was opened; `nil` where there is none.
    private static func read(_ path: String, limit: Int, check: (FileFingerprint) throws -> Void) throws -> [UInt8]? {
        // A pipe that nobody writes to would never open otherwise.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw InvalidSetting(description: "cannot be read: \(SystemError.text()); check its permissions")
        }
        defer { close(descriptor) }
        if let facts = FileFingerprint(descriptor: descriptor) { try check(facts) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: chunkBytes)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw InvalidSetting(description: "cannot be read: \(SystemError.text())") }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= limit else { throw InvalidSetting(description: "has more than \(limit) bytes") }
        }
    }
}
