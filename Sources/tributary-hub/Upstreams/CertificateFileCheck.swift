import Glibc

/// Whether a file can serve as the one with the certificates by which upstreams are trusted.
enum CertificateFileCheck {
    /// Bytes that the file may have: several times all authorities that systems know.
    private static let greatestBytes = 4 * 1024 * 1024
    private static let beginning = "-----BEGIN CERTIFICATE-----"

    /// `path`, where its file has certificates in it; throws a ``ConfigurationFailure``.
    static func checked(_ path: String) throws(ConfigurationFailure) -> String {
        // A pipe that nobody writes to would never open otherwise.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure(path, "cannot be read: \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            throw failure(path, "is no file but a folder, pipe or device")
        }
        guard facts.st_size <= greatestBytes else { throw failure(path, "has more than \(greatestBytes) bytes") }
        var bytes = [UInt8](repeating: 0, count: Int(facts.st_size))
        let count = max(0, read(descriptor, &bytes, bytes.count))
        guard String(decoding: bytes[..<count], as: UTF8.self).contains(beginning) else {
            throw failure(path, "holds no certificate")
        }
        return path
    }

    private static func failure(_ path: String, _ what: String) -> ConfigurationFailure {
        ConfigurationFailure(
            "the file of certificates \(path) \(what); it is a PEM file with the certificate, '\(beginning)' and what "
                + "follows, of the authority that the upstreams' certificates are by"
        )
    }
}
