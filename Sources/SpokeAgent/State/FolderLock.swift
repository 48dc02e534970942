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
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw SpokeError(
                .failure,
                "another tributary-spoke is working with \(folder); wait for it or stop it, or give each its own --state"
            )
        }
    }

    deinit {
        close(descriptor)
    }
}
