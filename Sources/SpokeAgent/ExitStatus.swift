internal import Replication
internal import Snapshots

/// How the program ends, as scripts see it.
package enum ExitStatus: Int32, Sendable, CaseIterable {
    case ok = 0
    /// Something failed that no other status names: a disk, a damaged file, a request that the hub does not take.
    case failure = 1
    /// The command line cannot be used.
    case usage = 2
    /// All but some items: they were refused or could not be read.
    case partial = 3
    /// The hub does not accept this node.
    case unauthorized = 4
    /// The hub cannot be reached.
    case unreachable = 5
    /// The hub has too much to do.
    case overloaded = 7
    /// A setting, a file of settings or the address of the hub is wrong.
    case configuration = 8
    /// What came is not what its digests say.
    case integrity = 9

    /// The status that `error` leads to.
    package init(_ error: any Error) {
        switch error {
        case let error as SpokeError: self = error.status
        case let error as ReplicationError: self = ExitStatus(error.kind)
        case let error as SnapshotFileError: self = ExitStatus(error.kind)
        default: self = .failure
        }
    }

    private init(_ kind: SnapshotFileError.Kind) {
        self =
            switch kind {
            case .unusable, .foreign: .usage
            case .newer: .configuration
            case .damaged: .integrity
            case .failed, .stopped: .failure
            }
    }

    private init(_ kind: ReplicationError.Kind) {
        self =
            switch kind {
            case .unreachable: .unreachable
            case .overloaded: .overloaded
            case .unauthorized: .unauthorized
            case .configuration, .notAHub: .configuration
            case .integrity: .integrity
            case .tooLarge, .cursorReset, .cursorUnusable, .refused, .stopped: .failure
            }
    }

    /// One word for reports.
    package var name: String {
        switch self {
        case .ok: "ok"
        case .failure: "failure"
        case .usage: "usage"
        case .partial: "partial"
        case .unauthorized: "unauthorized"
        case .unreachable: "unreachable"
        case .overloaded: "overloaded"
        case .configuration: "configuration"
        case .integrity: "integrity"
        }
    }

    /// The one of both that says more about what went wrong.
    package func worse(_ other: ExitStatus) -> ExitStatus {
        ExitStatus.byGravity.first { $0 == self || $0 == other } ?? .failure
    }

    private static let byGravity: [ExitStatus] = [
        .integrity, .unauthorized, .configuration, .usage, .unreachable, .overloaded, .failure, .partial, .ok,
    ]
}
