import Federation
import Glibc

/// Whether a file can serve as the one with the token for an upstream.
enum TokenFileCheck {
    /// Bytes that the file may have.
    private static let greatestBytes = 4_096

    /// `path` from the root on; a relative one is taken from the present folder.
    static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let here = getcwd(nil, 0) else { return path }
        defer { free(here) }
        return "\(String(cString: here))/\(path)"
    }

    /// What is wrong with the file at `path`, and what to do; `nil` where it holds a token that only some can read.
    static func problem(with path: String) -> String? {
        // A pipe that nobody writes to would never open otherwise.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
        guard descriptor >= 0 else {
            return
                "the token file \(path) cannot be read: \(String(cString: strerror(errno))); write the token there that "
                + "`tributary-hub node add NAME --role hub` prints at the upstream"
        }
        defer { close(descriptor) }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            return
                "the token file \(path) is no file but a folder, pipe or device; write the token into a file of its own"
        }
        guard facts.st_mode & S_IROTH == 0 else {
            return "the token file \(path) can be read by everybody on this machine; run: chmod o-rwx \(path)"
        }
        guard token(readFrom: descriptor) != nil else {
            return
                "the token file \(path) holds no token; it should hold 'tributary_<id>_<secret>', as `tributary-hub node "
                + "add NAME --role hub` prints it at the upstream, and nothing else"
        }
        return nil
    }

    /// The token that the file at `path` holds, where it holds one.
    static func token(in path: String) -> NodeToken? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        return token(readFrom: descriptor)
    }

    private static func token(readFrom descriptor: Int32) -> NodeToken? {
        var bytes = [UInt8](repeating: 0, count: greatestBytes + 1)
        let count = max(0, read(descriptor, &bytes, bytes.count))
        var text = bytes[..<count]
        while let last = text.last, last <= 0x20 { text.removeLast() }
        guard count <= greatestBytes else { return nil }
        return NodeToken(String(decoding: text.drop { $0 <= 0x20 }, as: UTF8.self))
    }
}
