internal import Federation
import Glibc

/// A file that holds one secret, and nothing else.
package struct SecretFile: Sendable, Equatable {
    /// Bytes that a secret may have.
    private static let maximumBytes = 4_096

    package let path: String
    /// What the file is, for people, such as `token file`.
    private let title: String
    /// What it should hold, for people.
    private let content: String

    package init(_ path: String, title: String, content: String) {
        self.path = path
        self.title = title
        self.content = content
    }

    /// The secret; throws a ``SpokeError`` where the file holds none.
    ///
    /// It is never part of an error.
    package func read() throws(SpokeError) -> String {
        // A pipe that nobody writes to would never open otherwise.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw failure("cannot be read: \(SystemError.text()); write \(content) there")
        }
        defer { close(descriptor) }
        // The secret is read again and again, which only a file allows.
        guard FileFingerprint(descriptor: descriptor)?.isRegularFile == true else {
            throw failure("is no file but a folder, pipe or device; write \(content) into a file of its own")
        }
        var bytes = [UInt8](repeating: 0, count: SecretFile.maximumBytes + 1)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw failure("cannot be read: \(SystemError.text())") }
        let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
        let text = bytes[..<count].drop(while: isSpace)
        let secret = text.prefix { !isSpace($0) }
        guard !secret.isEmpty else { throw failure("is empty; write \(content) there") }
        guard text.dropFirst(secret.count).allSatisfy(isSpace), count <= SecretFile.maximumBytes,
            secret.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { throw failure("holds more than one word; it should hold \(content) and nothing else") }
        return String(decoding: secret, as: UTF8.self)
    }

    /// Why others could read the secret, if they could.
    package var warning: String? {
        guard isReadableByOthers else { return nil }
        return "the \(title) \(path) can be read by other users of this machine; run: chmod 600 \(path)"
    }

    /// Whether other users of this machine can read the file.
    var isReadableByOthers: Bool { FileFingerprint(path: path)?.isReadableByOthers == true }

    private func failure(_ what: String) -> SpokeError {
        // Who gives the secret itself in place of a file does not want to read it in a log.
        let isSecret = NodeToken(path) != nil || JoinToken(path) != nil
        return SpokeError(
            .configuration,
            isSecret
                ? "the \(title) is to be named, and a token itself was given; write it into a file"
                : "the \(title) \(path) \(what)"
        )
    }
}
