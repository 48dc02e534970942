package import Federation
import Glibc

/// Making a state anew.
extension StateFolder {
    /// Puts the state and those of further hubs into a folder beside them, whose name ends in `now`; returns that name, or
    /// `nil` where there is no state.
    ///
    /// Throws ``SpokeError``.
    package func setAside(at now: Timestamp) throws -> String? {
        let names = Folder.names(in: path).filter {
            $0.hasPrefix(StateFolder.databaseName) || $0 == StateFolder.hubsName
        }
        guard !names.isEmpty else { return nil }
        let aside = "before-\(StateFolder.stamp(now))"
        try Folder.make("\(path)/\(aside)", mode: 0o700, option: "--state")
        for name in names {
            guard rename("\(path)/\(name)", "\(path)/\(aside)/\(name)") == 0 else {
                throw SpokeError(
                    .failure,
                    "\(path)/\(name) cannot be moved to \(aside): \(SystemError.text()); check the folder's permissions"
                )
            }
        }
        return aside
    }

    /// Makes a state that holds what was imported into the one put aside, which nothing else brings back.
    ///
    /// Throws ``SpokeError`` and `SQLiteError`; to be called while no other state is there.
    package func carryImported(from aside: String, at now: Timestamp) throws {
        let before = StateFolder("\(path)/\(aside)")
        guard before.exists else { return }
        try open(at: now) { _ in }.adoptImported(from: before.openAlone())
    }

    /// Removes what was put aside; what cannot be removed stays, as it does no harm.
    package func remove(_ aside: String) {
        Folder.remove("\(path)/\(aside)")
    }

    /// `now` as it stands in names of files.
    static func stamp(_ now: Timestamp) -> String {
        now.description.prefix(19).filter { $0 != ":" && $0 != "-" }
    }
}
