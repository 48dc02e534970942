import Glibc

/// The file to which the server and its tools write, kept within a size.
struct ServerLog: Sendable {
    let path: String

    /// Beyond this many bytes the file's content moves to `.1` and it starts empty.
    static let largestSize = 10 << 20

    var size: Int { FileSystem.attributes(path)?.size ?? 0 }

    /// Keeps the log within its size.
    ///
    /// The content is copied and the file emptied in place, because a running server keeps writing to the same file.
    func trim() {
        guard size > Self.largestSize else { return }
        let source = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC)
        guard source >= 0 else { return }
        defer { close(source) }
        let target = open(path + ".1", O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard target >= 0 else { return }
        defer { close(target) }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(source, &buffer, buffer.count)
            guard count > 0, write(target, buffer, count) == count else { break }
        }
        // Also when the disk is too full for the copy: then room matters more than old lines.
        ftruncate(source, 0)
    }

    /// What was written since the file had `offset` bytes, cut to its last lines, in one line.
    func tail(since offset: Int) -> String {
        let start = max(offset, size - 8192)
        let text = FileSystem.read(path, limit: 8192, fromOffset: start) ?? ""
        let lines = text.split(separator: "\n").suffix(4)
        return lines.isEmpty ? "(nothing)" : lines.joined(separator: " | ")
    }
}
