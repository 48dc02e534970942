internal import Digest
package import Federation
internal import JSON

extension HubClient {
    /// Reads, once, what was resolved about `collection` behind `cursor`, or from the beginning; at most so much as the hub
    /// sends at once.
    ///
    /// For nodes of role hub. Throws ``ReplicationError``.
    package func resolutions(of collection: CollectionName, since cursor: String?) throws -> ResolutionPortion {
        var target = ProtocolPaths.resolutions(collection)
        if let cursor { target += "?since=\(HubClient.percentEncoded(cursor))" }
        let request = HubRequest(
            .get,
            target,
            deadline: TransferLimits.comparison,
            maximumReplyBytes: TransferLimits.resolutionsBytes
        )
        var reader = ResolutionReader(of: collection)
        var lines = LineSplitter(limit: TransferLimits.lineBytes)
        _ = try exchange(request, expecting: ProtocolPaths.ndjson) { piece in
            try lines.split(piece) { slice in try decoding(slice.length) { try reader.read(slice) } }
        }
        // A last line without its newline was cut off, unless it happens to be whole.
        try lines.finish { try? reader.read($0) }
        return try reader.complete()
    }

    /// Passes on, once, `count` resolutions about `collection`: lines of the resolutions feed.
    ///
    /// For nodes of role hub. Throws ``ReplicationError``; the outcome is then unknown, and the same has to be sent again.
    package func push(resolutions body: [UInt8], count: Int, to collection: CollectionName) throws -> ResolutionAnswer {
        let request = HubRequest(
            .post,
            ProtocolPaths.resolutions(collection),
            headers: [("Content-Type", ProtocolPaths.ndjson)],
            body: body,
            // The winners of everything decided about follow before the answer.
            deadline: TransferLimits.comparison + TransferLimits.pushDeadline(bytes: body.count),
            stall: TransferLimits.comparison,
            maximumReplyBytes: TransferLimits.resolutionAnswerBytes
        )
        var answer: [UInt8] = []
        _ = try exchange(request, expecting: ProtocolPaths.json) { answer.append(contentsOf: $0) }
        let document = try decoding(answer.count) { JSONDocument.received(answer) }
        guard let root = document?.root, let accepted = root["accepted"]?.integer,
            let refused = root["refused"], refused.kind == .array,
            // More than was sent is added up without end.
            accepted >= 0, refused.elements.count <= count, accepted <= Int64(count - refused.elements.count)
        else {
            throw ReplicationError(
                .integrity,
                "what the hub at \(endpoint) made of resolutions about \(collection) cannot be read; the same is sent again"
            )
        }
        return ResolutionAnswer(
            accepted: accepted,
            refused: refused.elements.map { ShownText.of($0["detail"]?.string ?? "without a reason") }
        )
    }
}

/// Reads one answer of a resolutions feed, and believes it only when it is whole and adds up.
private struct ResolutionReader {
    private let collection: CollectionName
    private let hasher = SHA256()
    private var portion = ResolutionPortion(cursor: "", hasMore: false)
    private var digest = SetDigest()
    private var isComplete = false
    /// Lines before the end marker, read or not.
    private var lines: Int64 = 0

    init(of collection: CollectionName) {
        self.collection = collection
    }

    mutating func read(_ slice: RecordSlice) throws(ReplicationError) {
        guard !isComplete else { throw violation("something follows its end marker") }
        guard !slice.isOversized else { throw violation("a line is longer than \(TransferLimits.lineBytes) bytes") }
        do {
            let root = try JSONDocument.received(slice.bytes).root
            if let marker = try FeedMarker(root) {
                guard marker.isEnd, portion.unreadable == 0 ? marker.digest == digest.sum : true,
                    marker.lines == lines
                else { throw FeedLineError("its end marker does not match its lines") }
                isComplete = true
                (portion.cursor, portion.hasMore) = (marker.cursor, marker.hasMore)
                return
            }
            guard lines < Int64(Limits.resolutionItems) else {
                throw FeedLineError("more than \(Limits.resolutionItems) lines came at once")
            }
            lines += 1
            do throws(FeedLineError) {
                let resolution = try Resolution(root, collection: collection, hasher: hasher)
                digest.insert(resolution.itemDigest(in: collection, hasher: hasher))
                portion.resolutions.append(resolution)
            } catch {
                // One that a newer hub made, or that is damaged, does not hold up the others.
                portion.unreadable += 1
                if portion.reason == nil { portion.reason = ShownText.of(error.description) }
            }
        } catch { throw violation(ShownText.of("\(error)")) }
    }

    /// The answer, once its end marker has come.
    func complete() throws(ReplicationError) -> ResolutionPortion {
        guard isComplete else {
            throw ReplicationError(
                .unreachable,
                "the resolutions of \(collection) were cut off before their end marker; they are asked for again"
            )
        }
        return portion
    }

    private func violation(_ what: String) -> ReplicationError {
        ReplicationError(
            .integrity,
            "the resolutions of \(collection) that the hub sent cannot be trusted: \(what); nothing of them was used: pull"
                + " again, and if it persists ask the hub's operator to verify its store"
        )
    }
}
