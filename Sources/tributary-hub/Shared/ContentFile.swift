import Federation
import Glibc

/// A file that an operator wrote, read whole.
enum ContentFile {
    /// Written for people, a content is longer than in the form that is kept; beyond this it cannot be one.
    private static let greatestBytes = 2 * Limits.itemBytes
    private static let chunkBytes = 64 * 1024

    /// The bytes of the file at `path`, or of standard input where it is `-`; throws a ``CommandFailure``.
    static func read(_ path: String) throws -> [UInt8] {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path) }
        defer { if path != "-" { close(descriptor) } }
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: chunkBytes)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(path) }
            if count == 0 { return text }
            text += chunk[..<count]
            guard text.count <= greatestBytes else {
                throw CommandFailure(
                    "\(path) has more than \(greatestBytes) bytes; a content has at most \(Limits.itemBytes)"
                )
            }
        }
    }

    private static func failure(_ path: String) -> CommandFailure {
        CommandFailure("\(path) cannot be read: \(String(cString: strerror(errno)))")
    }
}
