import Glibc

/// The file that holds a node's token, and nothing else.
package struct TokenFile: Sendable {
    /// Bytes that a token may have.
    private static let maximumBytes = 4_096

    package let path: String

    package init(_ path: String) {
        self.path = path
    }

    /// The token; throws a ``SpokeError`` where the file holds none.
    ///
    /// It is never part of an error.
    package func read() throws(SpokeError) -> String {
        // A pipe that nobody writes to would never open otherwise.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw failure(
                "cannot be read: \(SystemError.text()); write the token there that the hub's operator gave you"
            )
        }
        defer { close(descriptor) }
        // The token is read again and again, which only a file allows.
        guard FileFingerprint(descriptor: descriptor)?.isRegularFile == true else {
            throw failure("is no file but a folder, pipe or device; write the token into a file of its own")
        }
        var bytes = [UInt8](repeating: 0, count: TokenFile.maximumBytes + 1)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw failure("cannot be read: \(SystemError.text())") }
        let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
        let text = bytes[..<count].drop(while: isSpace)
        let token = text.prefix { !isSpace($0) }
        guard !token.isEmpty else { throw failure("is empty; write the token there that the hub's operator gave you") }
        guard text.dropFirst(token.count).allSatisfy(isSpace), count <= TokenFile.maximumBytes,
            token.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { throw failure("holds more than a token; it should hold 'tributary_<id>_<secret>' and nothing else") }
        return String(decoding: token, as: UTF8.self)
    }

    /// Why others could read the token, if they could.
    package var warning: String? {
        guard isReadableByOthers else { return nil }
        return "the token file \(path) can be read by other users of this machine; run: chmod 600 \(path)"
    }

    /// Whether other users of this machine can read the file.
    var isReadableByOthers: Bool { FileFingerprint(path: path)?.isReadableByOthers == true }

    private func failure(_ what: String) -> SpokeError {
        SpokeError(.configuration, "the token file \(path) \(what)")
    }
}
