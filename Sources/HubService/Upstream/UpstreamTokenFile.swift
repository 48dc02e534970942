import Federation
import Glibc
import Replication

/// The file that holds the token with which this hub is a node of another.
struct UpstreamTokenFile: Sendable {
    /// Bytes that the file may have.
    private static let maximumBytes = 4_096

    let path: String

    /// The token, which is never part of an error; throws a ``ReplicationError`` of kind `configuration` where the file
    /// holds none.
    func read() throws(ReplicationError) -> String {
        // A pipe that nobody writes to would never open otherwise.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure("cannot be read: \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: UpstreamTokenFile.maximumBytes + 1)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw failure("cannot be read: \(String(cString: strerror(errno)))") }
        let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
        let text = bytes[..<count].drop(while: isSpace)
        let token = text.prefix { !isSpace($0) }
        guard !token.isEmpty else { throw failure("is empty") }
        guard count <= UpstreamTokenFile.maximumBytes, text.dropFirst(token.count).allSatisfy(isSpace),
            token.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { throw failure("holds more than a token") }
        return String(decoding: token, as: UTF8.self)
    }

    private func failure(_ what: String) -> ReplicationError {
        ReplicationError(
            .configuration,
            "the token file \(path) \(what); write there, and nothing else, the token that `tributary-hub node add NAME"
                + " --role hub` printed at the upstream"
        )
    }
}
