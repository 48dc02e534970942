/// A five-character SQLSTATE as PostgreSQL reports it, with names for the codes that a program reacts to.
package struct SQLState: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The five characters.
    package let rawValue: String

    /// Wraps the code that a server reported.
    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// The five characters.
    package var description: String { rawValue }

    /// The class of the code, its first two characters.
    package var classCode: String { String(rawValue.prefix(2)) }
}

extension SQLState {
    /// A connection broke while the server was talking to someone else, such as a foreign server.
    package static let connectionFailure = SQLState(rawValue: "08006")
    /// A text contained bytes that are not UTF-8, or a NUL.
    package static let characterNotInRepertoire = SQLState(rawValue: "22021")
    /// A text could not be read as the type it was cast to.
    package static let invalidTextRepresentation = SQLState(rawValue: "22P02")
    /// A column that must have a value got none.
    package static let notNullViolation = SQLState(rawValue: "23502")
    /// A row refers to another one that does not exist, or is still referred to.
    package static let foreignKeyViolation = SQLState(rawValue: "23503")
    /// A row with this key exists already.
    package static let uniqueViolation = SQLState(rawValue: "23505")
    /// A row breaks a CHECK constraint.
    package static let checkViolation = SQLState(rawValue: "23514")
    /// A statement tried to write in a read-only transaction.
    package static let readOnlyTransaction = SQLState(rawValue: "25006")
    /// The transaction failed earlier and accepts nothing but ROLLBACK.
    package static let inFailedTransaction = SQLState(rawValue: "25P02")
    /// The session stayed idle inside a transaction for longer than it may.
    package static let idleInTransactionTimeout = SQLState(rawValue: "25P03")
    /// The name or the password was not accepted.
    package static let invalidPassword = SQLState(rawValue: "28P01")
    /// The server's rules do not let this user in.
    package static let invalidAuthorization = SQLState(rawValue: "28000")
    /// The database does not exist.
    package static let undefinedDatabase = SQLState(rawValue: "3D000")
    /// The schema does not exist.
    package static let undefinedSchema = SQLState(rawValue: "3F000")
    /// Two transactions could not be put in an order; one of them has to start again.
    package static let serializationFailure = SQLState(rawValue: "40001")
    /// Two transactions waited for each other; one of them has to start again.
    package static let deadlockDetected = SQLState(rawValue: "40P01")
    /// The user may not do this.
    package static let insufficientPrivilege = SQLState(rawValue: "42501")
    /// The statement is not SQL.
    package static let syntaxError = SQLState(rawValue: "42601")
    /// The column does not exist.
    package static let undefinedColumn = SQLState(rawValue: "42703")
    /// The function does not exist for these argument types.
    package static let undefinedFunction = SQLState(rawValue: "42883")
    /// The table does not exist.
    package static let undefinedTable = SQLState(rawValue: "42P01")
    /// The table exists already.
    package static let duplicateTable = SQLState(rawValue: "42P07")
    /// The server's disk is full.
    package static let diskFull = SQLState(rawValue: "53100")
    /// The server is out of memory.
    package static let outOfMemory = SQLState(rawValue: "53200")
    /// The server has no connection left.
    package static let tooManyConnections = SQLState(rawValue: "53300")
    /// A value or a statement exceeds a limit of the server.
    package static let programLimitExceeded = SQLState(rawValue: "54000")
    /// A lock was not given in the time that `lock_timeout` allows.
    package static let lockNotAvailable = SQLState(rawValue: "55P03")
    /// The statement was cancelled, by `statement_timeout` or by someone.
    package static let queryCanceled = SQLState(rawValue: "57014")
    /// The server shuts down, or an administrator ended the session.
    package static let adminShutdown = SQLState(rawValue: "57P01")
    /// Another session crashed, and the server starts again.
    package static let crashShutdown = SQLState(rawValue: "57P02")
    /// The server starts or shuts down and takes no connections now.
    package static let cannotConnectNow = SQLState(rawValue: "57P03")
    /// The server could not read or write a file.
    package static let ioError = SQLState(rawValue: "58030")
    /// A disk or memory page is damaged.
    package static let dataCorrupted = SQLState(rawValue: "XX001")
}
