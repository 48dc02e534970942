import Federation
import HubService
import HubStore
import Replication
import Snapshots

/// What an exit code says; the same codes as the spoke's.
enum HubExit: Int32 {
    case success = 0
    case failure = 1
    case usage = 2
    /// Some items, or all, were refused.
    case partial = 3
    case unreachable = 5
    case conflict = 6
    case configuration = 8
    case integrity = 9

    init(_ error: any Error) {
        self =
            switch error {
            case is HubStartError, is ConfigurationFailure: .configuration
            case let error as ReplicationError: HubExit(error)
            case let error as SnapshotFileError: HubExit(error)
            case StoreError.nodeExists, StoreError.conflictChanged, StoreError.conflictNotOpen: .conflict
            case StoreError.schema, StoreError.corrupt: .integrity
            case is StoreError, is CommandFailure, is Refusal: .failure
            default: DatabaseFailure(error) == nil ? .failure : .unreachable
            }
    }

    private init(_ error: SnapshotFileError) {
        self =
            switch error.kind {
            case .unusable, .foreign: .usage
            case .newer: .configuration
            case .damaged: .integrity
            case .failed, .stopped: .failure
            }
    }

    private init(_ error: ReplicationError) {
        self =
            switch error.kind {
            case .unreachable, .overloaded: .unreachable
            case .unauthorized, .configuration, .notAHub: .configuration
            case .integrity: .integrity
            case .tooLarge, .cursorReset, .cursorUnusable, .refused, .stopped: .failure
            }
    }
}
