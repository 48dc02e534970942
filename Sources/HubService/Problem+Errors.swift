import Digest
import Federation
import HubStore
import Hummingbird
import JSON

extension Problem {
    /// What a client is told about `error`: enough to act on, nothing of the inside.
    init(_ error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let error as StoreError: self.init(error)
        case let error as DatabaseFailure: self.init(error)
        case let error as Refusal: self.init(422, .contentRefused, error.detail)
        case let error as JSONError: self.init(400, .bodyMalformed, error.description)
        case let error as any HTTPResponseError where error.status == .notFound:
            self.init(404, .notFound, "there is no such path; /openapi.json lists what there is")
        case let error as any HTTPResponseError where error.status.code < 500:
            self.init(error.status.code, .parameterInvalid, "the request cannot be read")
        case is CancellationError:
            self.init(
                503,
                .shuttingDown,
                "the hub is stopping; send the same request again",
                retryAfterSeconds: HubDeadlines.retryAfterSeconds
            )
        default:
            if let failure = DatabaseFailure(error) {
                self.init(failure)
            } else {
                self.init(
                    500,
                    .internalError,
                    "the hub failed; its log has the reason under this request's id",
                    retryAfterSeconds: HubDeadlines.retryAfterFaultSeconds
                )
            }
        }
    }

    private init(_ error: StoreError) {
        switch error {
        case .collectionUnknown(let name):
            self.init(404, .collectionUnknown, "this hub has no collection '\(name)'; its manifest lists what it has")
        case .cursorReset(let detail): self.init(409, .cursorReset, detail)
        case .cursorExpired: self.init(410, .cursorExpired, error.description)
        case .joinTokenUnknown: self.init(401, .unauthorized, error.description)
        case .joinTokenSpent: self.init(403, .joinTokenSpent, error.description)
        case .joinTokenForAnother: self.init(403, .nodeMismatch, error.description)
        case .nodeExists: self.init(409, .nodeExists, error.description)
        case .nodeUnknown: self.init(409, .parameterInvalid, error.description)
        case .nodeRevoked: self.init(403, .nodeRevoked, error.description)
        case .conflictChanged(_, let present):
            self.init(
                409,
                .conflictChanged,
                error.description,
                extensions: [.init("present", .array(present.map { .string($0.hex) }))]
            )
        case .conflictNotOpen: self.init(409, .conflictNotOpen, error.description)
        case .notFound: self.init(404, .notFound, error.description)
        case .invalid: self.init(400, .bodyMalformed, error.description)
        case .schema, .corrupt:
            self.init(
                500,
                .internalError,
                "the hub's database is not as it should be; its log has the reason",
                retryAfterSeconds: HubDeadlines.retryAfterFaultSeconds
            )
        }
    }

    private init(_ failure: DatabaseFailure) {
        let fault = HubDeadlines.retryAfterFaultSeconds
        switch failure {
        case .storageFull:
            self.init(
                503,
                .storageFull,
                "the hub's disk is full; nothing was stored, send it again later",
                retryAfterSeconds: fault
            )
        case .outcomeUnknown:
            self.init(
                503,
                .outcomeUnknown,
                "the database went away at the wrong moment; send the same again to find out",
                retryAfterSeconds: HubDeadlines.retryAfterSeconds
            )
        case .busy:
            self.init(
                503,
                .overloaded,
                "the hub has more to do than it can at the moment; send the same again",
                retryAfterSeconds: HubDeadlines.retryAfterSeconds
            )
        case .unavailable:
            self.init(
                503,
                .databaseUnavailable,
                "the hub's database does not answer; send the same again",
                retryAfterSeconds: HubDeadlines.retryAfterSeconds
            )
        }
    }
}
