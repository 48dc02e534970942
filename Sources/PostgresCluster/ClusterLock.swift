import Glibc

/// The exclusive right to run a cluster, held by an open file.
///
/// The kernel gives it back when the process ends, however it ends.
final class ClusterLock: Sendable {
    private let descriptor: Int32

    /// Nil when another process holds it.
    init?(path: String) throws(PostgresClusterError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileSystem.failure("The file \(path) could not be opened") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let isHeld = errno == EWOULDBLOCK
            let reason = isHeld ? nil : FileSystem.failure("The file \(path) could not be locked")
            close(descriptor)
            if let reason { throw reason }
            return nil
        }
        // For whoever finds it held; the lock itself is what counts.
        let holder = "\(getpid())\n"
        ftruncate(descriptor, 0)
        _ = holder.withCString { pwrite(descriptor, $0, strlen($0), 0) }
        self.descriptor = descriptor
    }

    deinit {
        // A child that is just being started still has a copy of the descriptor, and would keep the lock for a moment.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// The process that holds the lock at `path`, as it wrote itself down.
    static func holder(of path: String) -> String {
        let text = FileSystem.read(path, limit: 32) ?? ""
        let digits = text.prefix { $0.isNumber }
        return digits.isEmpty ? "another process" : "process \(digits)"
    }
}
