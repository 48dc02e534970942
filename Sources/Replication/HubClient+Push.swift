internal import Digest
package import Federation
internal import JSON

extension HubClient {
    /// Pushes `batch` into `collection`, once; calls `onSent`, at most once, while the hub works on it.
    ///
    /// Throws ``ReplicationError``; the outcome is then unknown, and the same batch has to be sent again.
    package func push(
        _ batch: PushBatch,
        to collection: CollectionName,
        onSent: (() -> Void)? = nil
    ) throws -> PushAnswer {
        var request = HubRequest(
            .post,
            ProtocolPaths.contributions(collection),
            headers: [("Content-Type", ProtocolPaths.ndjson)],
            body: batch.body,
            deadline: TransferLimits.pushDeadline(bytes: batch.body.count),
            maximumReplyBytes: TransferLimits.pushAnswerBytes
        )
        request.onSent = onSent
        var reader = PushAnswerReader(count: batch.items.count, hasher: SHA256())
        var lines = LineSplitter(limit: TransferLimits.lineBytes)
        _ = try exchange(request, expecting: ProtocolPaths.ndjson) { piece in
            try lines.split(piece) { slice in try decoding(slice.length) { try reader.read(slice) } }
        }
        // A last line without its newline was cut off, unless it happens to be whole.
        try lines.finish { try? reader.read($0) }
        return try reader.answer()
    }
}
