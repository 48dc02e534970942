internal import Federation
import Glibc

/// Why a snapshot could not be read from its file, or not be written to it.
package struct SnapshotFileError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What a program does about it.
    package enum Kind: Sendable, Equatable {
        /// The file cannot be opened as it is named.
        case unusable
        /// It is no snapshot, or one of a newer version.
        case foreign, newer
        /// It is not whole, or not what it says of itself.
        case damaged
        /// The disk, the pipe or the memory failed.
        case failed
        /// Somebody asked the program to stop.
        case stopped
    }

    package var kind: Kind
    /// What happened, to what, and what to do next.
    package var description: String

    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }

    /// What `error` means for the file called `name`.
    init(_ error: SnapshotError, in name: String) {
        switch error.kind {
        case .foreign:
            self.init(.foreign, "\(name) is not taken in (\(error)); give a file that 'export' or the predecessor made")
        case .newer: self.init(.newer, "\(name) is not taken in (\(error))")
        case .truncated:
            self.init(.damaged, "\(name) is cut off (\(error)); copy it again, or have it exported again")
        case .damaged:
            self.init(
                .damaged,
                "\(name) is damaged, or was changed since it was exported (\(error)); copy it again, or have it exported"
                    + " again"
            )
        }
    }

    /// The latest failure of the operating system.
    static func system(_ kind: Kind, _ what: String, _ advice: String) -> SnapshotFileError {
        SnapshotFileError(kind, "\(what): \(String(cString: strerror(errno)))\(advice.isEmpty ? "" : "; \(advice)")")
    }
}
