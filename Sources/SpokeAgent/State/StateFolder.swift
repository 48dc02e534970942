package import Federation
import Glibc
internal import SQLite

/// The folder that holds a spoke's state: a lock, the database, and damaged ones that were moved aside.
package struct StateFolder {
    private static let lockName = "lock"
    /// The path of a database that is kept nowhere.
    static let inMemoryPath = ":memory:"
    private static let databaseName = "state.sqlite"
    /// The endings of a database and its companions.
    private static let companions = ["", "-wal", "-shm", suspectEnding]

    package let path: String

    package init(_ path: String) {
        self.path = path
    }

    var databasePath: String { path + "/" + StateFolder.databaseName }

    /// Whether there is a state to read.
    package var exists: Bool { access(databasePath, F_OK) == 0 }
    /// Whether this user may not look for the state.
    private var isForbidden: Bool { access(databasePath, F_OK) != 0 && errno == EACCES }

    /// Whether a process has taken the folder for itself.
    package var isInUse: Bool { FolderLock.isHeld(path + "/" + StateFolder.lockName) }

    /// Makes the folder for its owner alone, and takes it for this process; throws ``SpokeError`` where another has it.
    package func lock() throws -> FolderLock {
        try Folder.make(path, mode: 0o700, option: "--state")
        return try FolderLock(path + "/" + StateFolder.lockName, folder: path)
    }

    /// Opens the state, or makes a new one.
    ///
    /// It is checked where the last program was cut off or met damage, where it is small, and once a day. A damaged file is
    /// moved aside under a name that ends in `now`, and replaced by an empty one that fills again from hub and sources;
    /// `notice` is called with words to that effect. Throws ``SpokeError`` and `SQLiteError`.
    package func open(at now: Timestamp, notice: (String) -> Void) throws -> SpokeState {
        try Folder.make(path, mode: 0o700, option: "--state")
        do {
            return try openChecked(now)
        } catch let error as SQLiteError where error.kind == .corrupt || error.kind == .notADatabase {
            let aside = try moveAside(now)
            notice(
                "the state \(databasePath) is damaged; it was moved to \(aside), and is now rebuilt from the hub and the"
                    + " sources: nothing is lost but what was imported from files, and the next round takes longer"
            )
            return try openChecked(now)
        }
    }

    /// Opens the state to be used beside a running spoke, or makes a new one where there is none.
    package func openBeside(at now: Timestamp, notice: (String) -> Void) throws -> SpokeState {
        if exists { return try openExisting() }
        let lock = try lock()
        defer { withExtendedLifetime(lock) {} }
        return try open(at: now, notice: notice)
    }

    /// Opens the state to be read beside a running spoke; throws ``SpokeError`` where there is none.
    func openAlone() throws -> SpokeState {
        guard exists else {
            if isForbidden {
                throw SpokeError(
                    .configuration,
                    "the state \(path) cannot be read by this user: run this as the user whose spoke it is"
                )
            }
            throw SpokeError(
                .configuration,
                "there is no state in \(path); give the --state folder of a spoke that has synchronised, or run"
                    + " 'tributary-spoke sync' first"
            )
        }
        do {
            return try SpokeState(database: SQLiteDatabase(path: databasePath))
        } catch let error where isUnwritable {
            // Where somebody works on it, what counts is not in the file yet.
            let log = FileFingerprint(path: databasePath + "-wal")?.size ?? 0
            guard log == 0, !isInUse else { throw error }
            return try SpokeState(database: SQLiteDatabase(path: databasePath, isImmutable: true))
        }
    }

    /// Whether this user may not make files in the folder, or not write the one that is there.
    private var isUnwritable: Bool { access(path, W_OK) != 0 || access(databasePath, W_OK) != 0 }

    /// A state that holds nothing and is kept nowhere, for looking ahead where there is none yet.
    package static func inMemory() throws -> SpokeState {
        try SpokeState(database: SQLiteDatabase(path: inMemoryPath))
    }

    private func openChecked(_ now: Timestamp) throws -> SpokeState {
        // Looked at before the database is opened, which makes a log of its own.
        let wasCutOff = access(databasePath + "-wal", F_OK) == 0
        let isNew = !exists
        let state = try SpokeState(database: SQLiteDatabase(path: databasePath))
        // What is made here and now is as sound as it will ever be.
        if isNew { try state.setFact(.lastCheckedAt, String(now.microseconds)) }
        let isSuspect = access(databasePath + StateFolder.suspectEnding, F_OK) == 0
        let isSmall = (FileFingerprint(path: databasePath)?.size ?? 0) <= StateFolder.alwaysCheckedBytes
        let isDue = try !isSmall && isDueForCheck(state, now)
        guard isSmall || wasCutOff || isSuspect || isDue else { return state }
        if let finding = try state.database.integrityCheck().first { throw state.damage(finding) }
        // Contents are looked at whenever they are read; here those that nobody reads.
        if isSmall || isSuspect || isDue, let finding = try state.contentFindings().first {
            throw state.damage(finding)
        }
        unlink(databasePath + StateFolder.suspectEnding)
        if !isSmall { try state.setFact(.lastCheckedAt, String(now.microseconds)) }
        return state
    }

    /// Reading a large file through at every start would cost more than the round; a small one costs nothing.
    private func isDueForCheck(_ state: SpokeState, _ now: Timestamp) throws -> Bool {
        guard let last = try state.time(.lastCheckedAt) else { return true }
        return !(0..<StateFolder.checkInterval).contains(now.microseconds - last.microseconds)
    }

    /// A database up to this size is checked whenever it is opened.
    private static let alwaysCheckedBytes: Int64 = 1024 * 1024
    /// The longest time between two checks of a larger one, in microseconds: a day.
    private static let checkInterval: Int64 = 24 * 3_600 * 1_000_000
    /// Names the file that says that damage was met while the database was in use.
    static let suspectEnding = ".suspect"

    /// `now` as it stands in names of files.
    private static func stamp(_ now: Timestamp) -> String {
        now.description.prefix(19).filter { $0 != ":" && $0 != "-" }
    }

    /// Damaged states that are kept, so that a failing disk does not fill what is left of it.
    private static let keptDamaged = 3

    /// Removes all but the latest of the damaged states that were moved aside.
    private func removeOldDamaged() {
        let prefix = "\(StateFolder.databaseName).damaged-"
        let names = Folder.names(in: path).filter { $0.hasPrefix(prefix) }
        let stamps = Set(names.map { $0.dropFirst(prefix.count).prefix { $0 != "-" && $0 != "." } })
        for old in stamps.sorted().dropLast(StateFolder.keptDamaged) {
            for name in names where name.hasPrefix(prefix + old) { unlink("\(path)/\(name)") }
        }
    }

    private func moveAside(_ now: Timestamp) throws -> String {
        let aside = "\(databasePath).damaged-\(StateFolder.stamp(now))"
        for companion in StateFolder.companions {
            guard rename(databasePath + companion, aside + companion) == 0 || errno == ENOENT else {
                throw SpokeError(
                    .failure,
                    "the damaged state \(databasePath) cannot be moved aside: \(SystemError.text()); move it away yourself"
                )
            }
        }
        removeOldDamaged()
        return aside
    }
}

extension StateFolder {
    /// Has the database checked before it is used again.
    func suspect() { StateFolder.suspect(databasePath) }

    /// Has the database that `error` is about checked before it is used again, where it says that it is damaged; returns
    /// whether it does.
    package static func suspect(after error: any Error) -> Bool {
        guard let error = error as? SQLiteError, error.kind == .corrupt || error.kind == .notADatabase else {
            return false
        }
        suspect(error.path)
        return true
    }

    private static func suspect(_ database: String) {
        close(Glibc.open(database + suspectEnding, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600))
    }
}
