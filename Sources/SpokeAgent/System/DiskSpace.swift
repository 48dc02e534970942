import Glibc

/// Space on a file system.
enum DiskSpace {
    /// Bytes that this user may still take where the folder at `path` is; `nil` where that cannot be told.
    static func free(at path: String) -> Int64? {
        var facts = statvfs()
        guard statvfs(path, &facts) == 0 else { return nil }
        let (bytes, isTooMany) = Int64(facts.f_frsize).multipliedReportingOverflow(by: Int64(clamping: facts.f_bavail))
        return isTooMany ? Int64.max : bytes
    }

    /// Whether a file can be made and written in the folder at `path`; the system's words for why not.
    ///
    /// It is tried, because permissions do not tell of file systems that are full or read-only.
    static func writeProblem(in path: String) -> String? {
        let probe = "\(path)/.tributary-probe-\(getpid())"
        let descriptor = open(probe, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return SystemError.text() }
        defer {
            close(descriptor)
            unlink(probe)
        }
        // Enough to need a block of the disk.
        let block = [UInt8](repeating: 0, count: 4_096)
        guard write(descriptor, block, block.count) == block.count, fsync(descriptor) == 0 else {
            return SystemError.text()
        }
        return nil
    }
}
