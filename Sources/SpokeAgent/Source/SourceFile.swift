import Glibc

/// A file of patterns, open for reading; it stays the same file while another takes its name.
final class SourceFile {
    let path: String
    let fingerprint: FileFingerprint
    private let descriptor: Int32

    /// Opens the file at `path`; throws ``SpokeError`` where it cannot be read.
    init(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw SpokeError(.partial, "\(path) cannot be read: \(SystemError.text()); check its permissions")
        }
        guard let fingerprint = FileFingerprint(descriptor: descriptor), fingerprint.isRegularFile else {
            close(descriptor)
            throw SpokeError(.partial, "\(path) is no file; a source has one file <collection>.jsonl per collection")
        }
        self.path = path
        self.fingerprint = fingerprint
        self.descriptor = descriptor
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
    }

    deinit {
        close(descriptor)
    }

    /// How many bytes it has now.
    var currentSize: Int64 { FileFingerprint(descriptor: descriptor)?.size ?? 0 }

    /// Reads up to the size of `buffer` bytes from `offset` on; 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
        while true {
            let count = pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
            if count >= 0 { return count }
            guard errno == EINTR else {
                throw SpokeError(.partial, "\(path) cannot be read further: \(SystemError.text()); check the disk")
            }
        }
    }

    /// The `length` bytes from `offset` on; fewer where the file has become shorter.
    func bytes(at offset: Int64, length: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: length)
        var filled = 0
        while filled < length {
            let count = try bytes.withUnsafeMutableBytes { buffer in
                try read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]), at: offset + Int64(filled))
            }
            if count == 0 { break }
            filled += count
        }
        bytes.removeLast(length - filled)
        return bytes
    }
}
