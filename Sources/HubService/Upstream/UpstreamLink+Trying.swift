import Federation
import HubStore
import Replication

extension UpstreamLink {
    /// Does `body` for `collection`, and notes in `failing` how it went; returns whether it went well.
    ///
    /// Throws only what concerns the whole link: the upstream does not answer or does not know this hub, the database is
    /// away, or the link is to end.
    func trying(
        _ collection: CollectionName,
        _ failing: inout FailingCollections,
        _ client: HubClient,
        _ body: () throws -> Void
    ) throws -> Bool {
        let began = ContinuousClock.now
        do {
            try body()
            failing.succeeded(collection)
            return true
        } catch {
            let ended = ContinuousClock.now
            let failure = try UpstreamLink.failure(of: collection, error)
            // Whether the upstream answers other requests shows what the failure is about.
            if failure.saysNothingOfOthers { _ = try client.manifest(unless: nil) }
            failing.note(
                failure,
                of: collection,
                after: ended - began,
                now: ended,
                chance: Double.random(in: 0..<1)
            )
            return false
        }
    }

    /// Does `body`; returns why decisions about a collection cannot travel, which keeps nobody from what nodes say.
    func failure(_ body: () throws -> Void) throws -> (any Error)? {
        do {
            try body()
            return nil
        } catch let error as ReplicationError {
            switch error.kind {
            case .integrity, .refused, .tooLarge: return error
            default: throw error
            }
        } catch let error as StoreError {
            guard case .invalid = error else { throw error }
            return error
        }
    }

    /// What `error` says of `collection`; throws it where it says something of the whole link.
    private static func failure(of collection: CollectionName, _ error: any Error) throws -> ReplicationError {
        switch error {
        case let error as ReplicationError:
            switch error.kind {
            case .unauthorized, .stopped: throw error
            default: return error
            }
        case StoreError.notFound, StoreError.schema: throw error
        default:
            guard DatabaseFailure(error) == nil, !(error is CancellationError) else { throw error }
            return ReplicationError(.configuration, "\(error)")
        }
    }
}

extension ReplicationError {
    /// Whether it may as well be the whole upstream that does not answer.
    fileprivate var saysNothingOfOthers: Bool {
        switch kind {
        case .unreachable, .overloaded, .notAHub: true
        default: false
        }
    }
}
