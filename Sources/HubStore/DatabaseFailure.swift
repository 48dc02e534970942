import Postgres

/// What a failure of the database means to whoever asked.
package enum DatabaseFailure: Error, Sendable {
    /// There is no room on the database's disk.
    case storageFull
    /// The answer to COMMIT was lost; only asking again can tell.
    case outcomeUnknown
    /// Too much was asked for at once.
    case busy
    /// The database cannot be reached, or stopped in the middle.
    case unavailable

    /// What `error` means; `nil` where it is no failure of the database, or one that is the program's own fault.
    package init?(_ error: any Error) {
        guard let error = error as? PostgresError else { return nil }
        if error.isStorageFull {
            self = .storageFull
            return
        }
        switch error.kind {
        case .outcomeUnknown: self = .outcomeUnknown
        case .poolExhausted: self = .busy
        case .connectionFailed, .connectionLost, .timedOut, .closed: self = .unavailable
        case .server(let state):
            switch state {
            case .lockNotAvailable, .queryCanceled, .tooManyConnections, .serializationFailure, .deadlockDetected,
                .outOfMemory:
                self = .busy
            case .adminShutdown, .crashShutdown, .cannotConnectNow, .ioError: self = .unavailable
            default: return nil
            }
        case .decoding, .configuration: return nil
        }
    }
}
