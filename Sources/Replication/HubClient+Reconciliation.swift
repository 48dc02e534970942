package import Federation
package import JSON

extension HubClient {
    /// Asks, once, for the digests of ranges of `collection`.
    ///
    /// For nodes of role hub. Throws ``ReplicationError``.
    package func digests(_ question: DigestsRequest, of collection: CollectionName) throws -> DigestsAnswer {
        let request = HubRequest(
            .post,
            ProtocolPaths.digests(collection),
            headers: [("Content-Type", ProtocolPaths.json)],
            body: question.json.bytes,
            deadline: TransferLimits.comparison,
            stall: TransferLimits.comparison,
            maximumReplyBytes: TransferLimits.digestsAnswerBytes
        )
        var body: [UInt8] = []
        _ = try exchange(request, expecting: ProtocolPaths.json) { body.append(contentsOf: $0) }
        let answer = try decoding(body.count) {
            JSONDocument.received(body).flatMap { DigestsAnswer($0.root, to: question) }
        }
        guard let answer else {
            throw ReplicationError(
                .integrity,
                "the digests of \(collection) that the hub at \(endpoint) sent cannot be read, or are more than was asked for; nothing of them was used:"
                    + " compare again, and if it persists check the versions of both programs"
            )
        }
        return answer
    }

    /// Reads the contributions to `collection` under `keys`, with contents and vectors, as far as the hub has them.
    ///
    /// For nodes of role hub. Throws as ``contributions(to:since:onEvent:)`` does.
    package func selection(
        _ keys: [ContributionKey],
        of collection: CollectionName,
        onEvent: (FeedEvent, RecordSlice) throws -> Void
    ) throws {
        try feed(
            FeedReader(.contributions, of: collection),
            target: ProtocolPaths.selection(collection),
            body: SelectionRequest(keys: keys).json.bytes,
            onEvent: onEvent
        )
    }
}
