package import Federation
internal import JSON

extension HubClient {
    /// What a hub makes of a report on how far one of its feeds was applied.
    package enum CheckpointAnswer: Sendable, Equatable {
        case noted
        /// The hub is older than checkpoints.
        case unsupported
    }

    /// Tells the hub, once, that this node has applied a feed of `collection`, winners or for a hub resolutions,
    /// up to `cursor`.
    ///
    /// Throws ``ReplicationError``; what was reported before then still holds, and the same may be sent again.
    package func reportApplied(_ cursor: String, of collection: CollectionName) throws -> CheckpointAnswer {
        let document: JSONValue = ["cursor": .string(cursor)]
        let request = HubRequest(
            .put,
            ProtocolPaths.checkpoint(collection),
            headers: [("Content-Type", ProtocolPaths.json)],
            body: document.bytes,
            maximumReplyBytes: TransferLimits.checkpointAnswerBytes
        )
        do {
            _ = try exchange(request, expecting: ProtocolPaths.json) { _ in }
            return .noted
        } catch let error as ReplicationError {
            switch error.kind {
            // A collection that is gone is no reason to think the hub old.
            case .refused(status: 404) where error.code != Problem.Code.collectionUnknown.rawValue: return .unsupported
            case .refused(status: 405): return .unsupported
            default: throw error
            }
        }
    }
}
