package import Federation
import Glibc
internal import SQLite

/// The folder that holds a spoke's state: a lock, the database, and damaged ones that were moved aside.
package struct StateFolder {
    private static let lockName = "lock"
    private static let databaseName = "state.sqlite"
    /// SQLite's companions of a database.
    private static let companions = ["", "-wal", "-shm"]

    package let path: String

    package init(_ path: String) {
        self.path = path
    }

    var databasePath: String { path + "/" + StateFolder.databaseName }

    /// Whether there is a state to read.
    package var exists: Bool { access(databasePath, F_OK) == 0 }

    /// Makes the folder for its owner alone, and takes it for this process; throws ``SpokeError`` where another has it.
    package func lock() throws -> FolderLock {
        try Folder.make(path, mode: 0o700, option: "--state")
        return try FolderLock(path + "/" + StateFolder.lockName, folder: path)
    }

    /// Opens the state, or makes a new one.
    ///
    /// A damaged file is moved aside under a name that ends in `now`, and replaced by an empty one that fills again from
    /// hub and sources; `notice` is called with words to that effect. Throws ``SpokeError`` and `SQLiteError`.
    package func open(at now: Timestamp, notice: (String) -> Void) throws -> SpokeState {
        try Folder.make(path, mode: 0o700, option: "--state")
        do {
            return try openChecked()
        } catch let error as SQLiteError where error.kind == .corrupt || error.kind == .notADatabase {
            let aside = try moveAside(now)
            notice(
                "the state \(databasePath) is damaged; it was moved to \(aside), and is now rebuilt from the hub and the"
                    + " sources: nothing is lost, the next round takes longer"
            )
            return try openChecked()
        }
    }

    /// Opens the state to be read beside a running spoke; throws ``SpokeError`` where there is none.
    package func openExisting() throws -> SpokeState {
        guard exists else {
            throw SpokeError(
                .configuration,
                "there is no state in \(path); give the --state folder of a spoke that has synchronised, or run"
                    + " 'tributary-spoke sync' first"
            )
        }
        return try SpokeState(database: SQLiteDatabase(path: databasePath))
    }

    private func openChecked() throws -> SpokeState {
        let database = try SQLiteDatabase(path: databasePath)
        let findings = try database.quickCheck()
        guard findings.isEmpty else {
            throw SQLiteError(code: StateFolder.corruptCode, message: findings[0], path: databasePath)
        }
        return try SpokeState(database: database)
    }

    /// SQLITE_CORRUPT.
    private static let corruptCode: Int32 = 11

    private func moveAside(_ now: Timestamp) throws -> String {
        let stamp = now.description.prefix(19).filter { $0 != ":" && $0 != "-" }
        let aside = "\(databasePath).damaged-\(stamp)"
        for companion in StateFolder.companions {
            guard rename(databasePath + companion, aside + companion) == 0 || errno == ENOENT else {
                throw SpokeError(
                    .failure,
                    "the damaged state \(databasePath) cannot be moved aside: \(SystemError.text()); move it away yourself"
                )
            }
        }
        return aside
    }
}
