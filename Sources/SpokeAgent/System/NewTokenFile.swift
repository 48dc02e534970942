package import Federation
import Glibc

/// A token file in the making: a machine writes down its own secret before it tells the hub of it, so that no answer that
/// is lost and no power cut leaves it enrolled with a secret that nobody has.
package final class NewTokenFile {
    /// Names the file that holds a secret whose enrolment is still to be answered.
    private static let pendingEnding = ".pending"

    package let path: String
    /// The pending file, locked from ``prepare(using:)`` on; -1 before.
    private var descriptor: Int32 = -1

    package init(_ path: String) {
        self.path = path
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    private var pendingPath: String { path + NewTokenFile.pendingEnding }

    /// The token to enrol with: the one of an earlier try, or a new one that is now on disk, readable by its owner alone.
    ///
    /// Throws a ``SpokeError`` where the machine has a token already, or none can be written.
    package func prepare(using generator: inout some RandomNumberGenerator) throws(SpokeError) -> NodeToken {
        try requireNone()
        let folder = Folder.containing(path)
        try Folder.make(folder, mode: 0o700, option: "--token-file")
        descriptor = open(pendingPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure() }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, isPending else {
            throw SpokeError(
                .failure,
                "another enrolment with the token file \(path) is under way; run this again once that has ended"
            )
        }
        // Whoever had the lock before may have finished.
        do { try requireNone() } catch {
            unlink(pendingPath)
            throw error
        }
        if let text = try? TokenFile(pendingPath).read(), let token = NodeToken(text) { return token }
        let token = NodeToken(using: &generator)
        let bytes = Array((token.secretText + "\n").utf8)
        guard ftruncate(descriptor, 0) == 0, fchmod(descriptor, 0o600) == 0,
            pwrite(descriptor, bytes, bytes.count, 0) == bytes.count, fsync(descriptor) == 0
        else {
            let error = failure()
            unlink(pendingPath)
            throw error
        }
        try Folder.synchronize(folder)
        return token
    }

    private func requireNone() throws(SpokeError) {
        guard FileFingerprint(path: path) == nil else {
            throw SpokeError(
                .configuration,
                "there is a token in \(path) already, so this machine is enrolled; give another --token-file, or delete this"
                    + " one if it is worth nothing any more"
            )
        }
    }

    /// Whether what is locked is still the pending file.
    private var isPending: Bool {
        guard let named = FileFingerprint(path: pendingPath), let held = FileFingerprint(descriptor: descriptor) else {
            return false
        }
        return named.isSameFile(as: held)
    }

    /// Makes the token the machine's own, as the hub has enrolled it.
    package func finish() throws(SpokeError) {
        guard rename(pendingPath, path) == 0 else { throw failure() }
        try Folder.synchronize(Folder.containing(path))
    }

    /// Forgets a token that the hub refused to enrol.
    package func discard() {
        unlink(pendingPath)
    }

    private func failure() -> SpokeError {
        SpokeError(
            .configuration,
            "\(path) cannot be written: \(SystemError.text()); check --token-file and its permissions"
        )
    }
}
