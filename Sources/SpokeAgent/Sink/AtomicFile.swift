import Glibc

/// A file being written beside the one it is to replace: readers see the old one or the new one, never a part.
final class AtomicFile {
    private static let bufferBytes = 64 * 1024

    private let path: String
    private let folder: String
    private let partialPath: String
    private var descriptor: Int32
    private var buffer: [UInt8] = []

    /// Begins a file that is to be `name` in `folder`; throws ``SpokeError``.
    init(_ name: String, in folder: String) throws(SpokeError) {
        self.folder = folder
        path = "\(folder)/\(name)"
        partialPath = "\(folder)/.\(name).partial"
        descriptor = open(partialPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else {
            throw SpokeError(.failure, "\(partialPath) cannot be written: \(SystemError.text()); check --sink")
        }
        buffer.reserveCapacity(AtomicFile.bufferBytes * 2)
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        unlink(partialPath)
    }

    /// Appends what `body` adds to a buffer.
    func write(_ body: (inout [UInt8]) -> Void) throws(SpokeError) {
        body(&buffer)
        if buffer.count >= AtomicFile.bufferBytes { try flush() }
    }

    /// Replaces the file, unless it holds the same bytes already; returns whether it did.
    func finish() throws(SpokeError) -> Bool {
        try flush()
        if isSameAsBefore() {
            discard()
            return false
        }
        guard fsync(descriptor) == 0, close(descriptor) == 0 else { throw failure() }
        descriptor = -1
        guard rename(partialPath, path) == 0 else {
            let error = failure()
            unlink(partialPath)
            throw error
        }
        try Folder.synchronize(folder)
        return true
    }

    private func discard() {
        close(descriptor)
        descriptor = -1
        unlink(partialPath)
    }

    private func failure() -> SpokeError {
        SpokeError(.failure, "\(path) cannot be written: \(SystemError.text()); what was there before is untouched")
    }

    private func flush() throws(SpokeError) {
        var written = 0
        while written < buffer.count {
            let count = buffer.withUnsafeBytes { bytes in
                Glibc.write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
            }
            guard count >= 0 || errno == EINTR else { throw failure() }
            written += max(count, 0)
        }
        buffer.removeAll(keepingCapacity: true)
    }

    private func isSameAsBefore() -> Bool {
        guard let old = try? SourceFile(path), let new = try? SourceFile(partialPath),
            old.fingerprint.size == new.fingerprint.size
        else { return false }
        var offset: Int64 = 0
        while offset < new.fingerprint.size {
            guard let left = try? old.bytes(at: offset, length: AtomicFile.bufferBytes),
                let right = try? new.bytes(at: offset, length: AtomicFile.bufferBytes), left == right, !left.isEmpty
            else { return false }
            offset += Int64(left.count)
        }
        return true
    }
}
