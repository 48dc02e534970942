import Glibc
import Gzip

/// The file that a snapshot is written to: beside its place first, so that there is a whole one or none.
///
/// A name that ends in `.gz` is compressed. `-` is standard output; that and devices are written as they are.
package final class SnapshotOutput {
    private static let compressedEnding = ".gz"

    /// What people call it.
    package let name: String
    private let path: String
    /// Where it is written before it has its name; `nil` where it is written in place.
    private let partialPath: String?
    private var descriptor: Int32
    private var deflater: GzipDeflater?
    private var packed: [UInt8] = []
    /// Bytes in the file.
    package private(set) var written: Int64 = 0

    /// Begins the file at `path`; throws a ``SnapshotFileError``.
    package init(_ path: String) throws(SnapshotFileError) {
        let isPipe = path == SnapshotInput.pipe
        name = isPipe ? "standard output" : path
        // What a link leads to is replaced, not the link.
        let target = isPipe ? path : SnapshotOutput.resolved(path)
        self.path = target
        var facts = stat()
        let isInPlace = isPipe || (stat(target, &facts) == 0 && facts.st_mode & S_IFMT != S_IFREG)
        partialPath = isInPlace ? nil : SnapshotOutput.partial(target)
        if isPipe {
            descriptor = dup(STDOUT_FILENO)
        } else if let partialPath {
            descriptor = try SnapshotOutput.begin(partialPath, name)
        } else {
            descriptor = open(target, O_WRONLY | O_CLOEXEC | O_NOCTTY)
        }
        guard descriptor >= 0 else { throw .system(.unusable, "\(name) cannot be written", "") }
        // Who was not to read what was there before is not to read this.
        if partialPath != nil, stat(target, &facts) == 0 { fchmod(descriptor, facts.st_mode & 0o777) }
        guard path.hasSuffix(SnapshotOutput.compressedEnding) else { return }
        do throws(GzipError) {
            deflater = try GzipDeflater()
        } catch { throw SnapshotFileError(.failed, "\(name) cannot be compressed: \(error.message)") }
    }

    deinit {
        guard descriptor >= 0 else { return }
        if let partialPath { unlink(partialPath) }
        close(descriptor)
    }

    /// Writes `bytes` behind what was written before; throws a ``SnapshotFileError``.
    package func append(_ bytes: [UInt8]) throws(SnapshotFileError) {
        guard let deflater else { return try put(bytes) }
        packed.removeAll(keepingCapacity: true)
        let outcome = bytes.withUnsafeBytes { bytes -> GzipError? in
            do throws(GzipError) { try deflater.append(bytes, into: &packed) } catch { return error }
            return nil
        }
        if let outcome { throw SnapshotFileError(.failed, "\(name) cannot be compressed: \(outcome.message)") }
        try put(packed)
    }

    /// Ends the file and gives it its name; it survives a power cut from then on.
    ///
    /// Throws a ``SnapshotFileError``.
    package func finish() throws(SnapshotFileError) {
        if let deflater {
            packed.removeAll(keepingCapacity: true)
            do throws(GzipError) { try deflater.finish(into: &packed) } catch {
                throw SnapshotFileError(.failed, "\(name) cannot be compressed: \(error.message)")
            }
            try put(packed)
        }
        guard let partialPath else {
            // A pipe has nothing to be flushed to.
            let isClosed = close(descriptor) == 0
            descriptor = -1
            guard isClosed else { throw failure }
            return
        }
        guard fsync(descriptor) == 0, rename(partialPath, path) == 0 else { throw failure }
        close(descriptor)
        descriptor = -1
        try synchronizeFolder()
    }

    private var failure: SnapshotFileError {
        .system(
            .failed,
            "\(name) cannot be written",
            partialPath == nil ? "what came through is no whole snapshot" : "what was there before is untouched"
        )
    }

    private func put(_ bytes: [UInt8]) throws(SnapshotFileError) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                write(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done)
            }
            guard count >= 0 || errno == EINTR else { throw failure }
            done += max(count, 0)
        }
        written += Int64(bytes.count)
    }

    private func synchronizeFolder() throws(SnapshotFileError) {
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let opened = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        // A folder that cannot be opened to be read can still hold a file that is there.
        guard opened >= 0 else { return }
        defer { close(opened) }
        // Some file systems cannot do this for folders, and need not.
        guard fsync(opened) == 0 || errno == EINVAL else {
            throw .system(.failed, "\(name) is written, but its folder cannot be", "check the disk")
        }
    }

    /// Opens the file that is to take the place, for this process alone.
    private static func begin(_ partialPath: String, _ name: String) throws(SnapshotFileError) -> Int32 {
        let descriptor = open(partialPath, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666)
        guard descriptor >= 0 else {
            throw .system(.unusable, "\(name) cannot be written", "check the folder and its permissions")
        }
        var mine = stat()
        var present = stat()
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, fstat(descriptor, &mine) == 0,
            stat(partialPath, &present) == 0, mine.st_ino == present.st_ino, ftruncate(descriptor, 0) == 0
        else {
            close(descriptor)
            throw SnapshotFileError(.unusable, "\(name) is being written by another export; wait for it to end")
        }
        return descriptor
    }

    private static func partial(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return ".\(path).partial" }
        return "\(path[...slash]).\(path[path.index(after: slash)...]).partial"
    }

    private static func resolved(_ path: String) -> String {
        guard let found = realpath(path, nil) else { return path }
        defer { free(found) }
        return String(cString: found)
    }
}
