import Glibc

/// The right to use a state folder, held as long as this object lives; the system takes it back when the process ends.
package final class FolderLock {
    private let descriptor: Int32

    init(_ path: String, folder: String) throws {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw SpokeError(
                .configuration,
                "the state folder \(folder) cannot be used: \(SystemError.text()); check --state and its permissions"
            )
        }
        guard FolderLock.take(descriptor) else {
            let holder = FolderLock.holder(descriptor).map { " (process \($0))" } ?? ""
            close(descriptor)
            throw SpokeError(
                .failure,
                "another tributary-spoke\(holder) is working with \(folder); wait for it or stop it, or give each its own"
                    + " --state. One that runs makes a round at once on SIGHUP"
            )
        }
        note(getpid())
    }

    /// Writes down whose the lock is, for people; what counts is the lock itself, which ends with its process.
    private func note(_ process: pid_t) {
        let text = Array("\(process)\n".utf8)
        guard ftruncate(descriptor, 0) == 0 else { return }
        _ = pwrite(descriptor, text, text.count, 0)
    }

    private static let noteBytes = 16

    private static func holder(_ descriptor: Int32) -> pid_t? {
        var bytes = [UInt8](repeating: 0, count: noteBytes)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        return pid_t(String(decoding: bytes.prefix(max(count, 0)).prefix { $0 != 0x0A }, as: UTF8.self))
    }

    /// Tries of taking the lock, for whoever only looks whether it is held.
    private static let tries = 5
    private static let pause = Duration.milliseconds(20)

    private static func take(_ descriptor: Int32) -> Bool {
        for attempt in 1...tries {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
            if attempt < tries { SystemClock.pause(pause, unless: { false }) }
        }
        return false
    }

    /// Whether a process holds the lock at `path`.
    static func isHeld(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        // A shared lock that is given back at once; whoever takes the folder in that moment tries again.
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0
    }

    deinit {
        close(descriptor)
    }
}
