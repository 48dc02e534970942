import CLibSQLite

/// Why SQLite refused or failed.
///
/// Neither the SQL nor any value is part of it, so it may be logged.
package struct SQLiteError: Error, Equatable, CustomStringConvertible {
    /// The kinds of failure that a caller may want to answer differently.
    package enum Kind: Equatable, Sendable {
        /// There is no room left on the disk, or the database has reached its own bound.
        case full

        /// The file is damaged.
        case corrupt

        /// The file is something else, or encrypted.
        case notADatabase

        /// Another connection held its lock for longer than the busy timeout.
        case busy

        /// The file or its folder may not be written.
        case readOnly

        /// The file or its folder is not there, or may not be opened.
        case cantOpen

        /// Reading or writing the disk failed.
        case ioError

        /// A rule of the schema was broken.
        case constraint

        /// Anything else, by SQLite's primary result code.
        case other(Int32)
    }

    /// What kind of failure it was.
    package let kind: Kind

    /// SQLite's extended result code.
    package let code: Int32

    /// SQLite's own words.
    package let message: String

    /// The path of the database.
    package let path: String

    /// An error of the kind that the extended result `code` stands for.
    package init(code: Int32, message: String, path: String) {
        self.code = code
        self.message = message
        self.path = path
        kind =
            switch code & 0xff {
            case SQLITE_FULL: .full
            case SQLITE_CORRUPT: .corrupt
            case SQLITE_NOTADB: .notADatabase
            case SQLITE_BUSY, SQLITE_LOCKED: .busy
            case SQLITE_READONLY: .readOnly
            case SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_AUTH: .cantOpen
            case SQLITE_IOERR: .ioError
            case SQLITE_CONSTRAINT: .constraint
            case let primary: .other(primary)
            }
    }

    package var description: String {
        "The database \(path) \(event) (SQLite \(code): \(message)). \(advice)"
    }

    private var event: String {
        switch kind {
        case .full: "has no room left"
        case .corrupt: "is damaged"
        case .notADatabase: "is not an SQLite database"
        case .busy: "is in use by another program"
        case .readOnly: "may not be written"
        case .cantOpen: "could not be opened"
        case .ioError: "could not be read or written"
        case .constraint: "refused a row that breaks a rule of its schema"
        case .other: "could not do what was asked"
        }
    }

    private var advice: String {
        switch kind {
        case .full: "Free disk space, then try again; what was committed before is safe."
        case .corrupt: "Move the file and its -wal and -shm companions away, and have it rebuilt or restored."
        case .notADatabase: "Check the path; if it is right, move the file away and start again."
        case .busy: "Stop the other program or wait for it, then try again."
        case .readOnly: "Let this user write the file and its folder, then try again."
        case .cantOpen: "Check that the folder exists and that this user may read and write it."
        case .ioError: "Check the disk and the system's log, then try again."
        case .constraint: "This is a defect of the program or a file of another version; report it."
        case .other: "If trying again does not help, report it."
        }
    }
}
