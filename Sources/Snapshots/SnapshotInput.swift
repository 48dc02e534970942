import Glibc

/// A file with a snapshot, or a pipe that one comes through; compressed or not, which its first bytes tell.
package final class SnapshotInput {
    /// What stands for standard input.
    package static let pipe = "-"

    /// What people call it.
    package let name: String
    private let descriptor: Int32
    private let isSeekable: Bool

    /// Opens the file at `path`; throws a ``SnapshotFileError``.
    ///
    /// With `isReadTwice` what comes through a pipe is kept in a temporary file, so that it can be read from its beginning
    /// again.
    package init(_ path: String, isReadTwice: Bool) throws(SnapshotFileError) {
        name = path == SnapshotInput.pipe ? "standard input" : path
        let opened = path == SnapshotInput.pipe ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
        guard opened >= 0 else {
            throw .system(.unusable, "\(name) cannot be read", "give a file that 'export' or the predecessor made")
        }
        var facts = stat()
        guard fstat(opened, &facts) == 0, facts.st_mode & S_IFMT != S_IFDIR else {
            close(opened)
            throw SnapshotFileError(.unusable, "\(name) is a folder; give the file with the snapshot")
        }
        let isFile = facts.st_mode & S_IFMT == S_IFREG
        guard isReadTwice, !isFile else {
            descriptor = opened
            isSeekable = isFile
            if isFile { posix_fadvise(opened, 0, 0, POSIX_FADV_SEQUENTIAL) }
            return
        }
        defer { close(opened) }
        descriptor = try TemporaryCopy.make(of: opened, called: name)
        isSeekable = true
    }

    deinit {
        close(descriptor)
    }

    /// Reads up to the size of `buffer` bytes, of a file from `offset` on; 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(SnapshotFileError) -> Int {
        while true {
            let count =
                isSeekable
                ? pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
                : Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            guard errno == EINTR else {
                throw .system(.failed, "\(name) cannot be read further", "check the disk, and try again")
            }
        }
    }
}

/// A file without a name that holds what came through a pipe.
private enum TemporaryCopy {
    static func make(of source: Int32, called name: String) throws(SnapshotFileError) -> Int32 {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/var/tmp"
        var path = Array("\(folder)/tributary-XXXXXX".utf8CString)
        let descriptor = mkstemp(&path)
        guard descriptor >= 0 else {
            throw .system(.failed, "no temporary file can be made in \(folder)", "set TMPDIR to a folder with room")
        }
        unlink(path)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        do throws(SnapshotFileError) {
            try copy(from: source, to: descriptor, name, folder)
        } catch {
            close(descriptor)
            throw error
        }
        return descriptor
    }

    private static func copy(
        from source: Int32,
        to target: Int32,
        _ name: String,
        _ folder: String
    ) throws(SnapshotFileError) {
        var chunk = [UInt8](repeating: 0, count: SnapshotLimits.chunkBytes)
        while true {
            let count = Glibc.read(source, &chunk, chunk.count)
            if count == 0 { return }
            if count < 0 {
                if errno == EINTR { continue }
                throw .system(.failed, "\(name) cannot be read further", "")
            }
            var written = 0
            while written < count {
                let step = chunk.withUnsafeBytes { bytes in
                    write(target, bytes.baseAddress.map { $0 + written }, count - written)
                }
                guard step >= 0 || errno == EINTR else {
                    throw .system(
                        .failed,
                        "what comes from \(name) cannot be kept in \(folder)",
                        "set TMPDIR to a folder with room, or give a file instead"
                    )
                }
                written += max(step, 0)
            }
        }
    }
}
