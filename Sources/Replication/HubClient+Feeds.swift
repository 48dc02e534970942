package import Federation
package import JSON

extension HubClient {
    /// Reads the winners of `collection` behind `cursor`, or all of them, and hands out what is verified of each line.
    ///
    /// A retry is the caller's, as it alone knows what was kept. Throws ``ReplicationError``, of kind `unreachable` where
    /// the answer has no end marker, and what `onEvent` throws.
    package func winners(
        of collection: CollectionName,
        since cursor: String?,
        withVectors: Bool,
        onEvent: (FeedEvent, RecordSlice) throws -> Void
    ) throws {
        var query = ["vectors=\(withVectors ? 1 : 0)"]
        if let cursor { query.insert("since=\(HubClient.percentEncoded(cursor))", at: 0) }
        let target = ProtocolPaths.winners(collection) + "?" + query.joined(separator: "&")
        try feed(FeedReader(.winners, of: collection), target: target, onEvent: onEvent)
    }

    /// Reads what this node itself has said in `collection`, without content, behind `cursor` or all of it; with
    /// `asksWithheld`, for hubs that know it, each line says what an operator retracted or erased of it.
    ///
    /// Throws as ``winners(of:since:withVectors:onEvent:)`` does.
    package func ownContributions(
        to collection: CollectionName,
        since cursor: String?,
        asksWithheld: Bool,
        onEvent: (FeedEvent) throws -> Void
    ) throws {
        var target = ProtocolPaths.contributions(collection) + "?origin=\(node)&payload=0"
        if asksWithheld { target += "&withheld=1" }
        if let cursor { target += "&since=\(HubClient.percentEncoded(cursor))" }
        try feed(FeedReader(.contributions, of: collection), target: target) { event, _ in try onEvent(event) }
    }

    /// Reads what all nodes said in `collection`, with contents and vectors, behind `cursor` or all of it; what this hub
    /// passed on itself is left out, unless it asks `withEchoes`.
    ///
    /// For nodes of role hub. Each line is handed out as it was read and as it came, which is good only during the call.
    /// Throws as ``winners(of:since:withVectors:onEvent:)`` does.
    package func contributions(
        to collection: CollectionName,
        since cursor: String?,
        withEchoes: Bool = false,
        onEvent: (FeedEvent, RecordSlice) throws -> Void
    ) throws {
        var target = ProtocolPaths.contributions(collection) + "?vectors=1"
        if withEchoes { target += "&echo=1" }
        if let cursor { target += "&since=\(HubClient.percentEncoded(cursor))" }
        try feed(FeedReader(.contributions, of: collection), target: target, onEvent: onEvent)
    }

    /// Reads the answer to a request for `target` as a feed; with `body`, which is JSON, the request is a POST.
    func feed(
        _ reader: FeedReader,
        target: String,
        body: [UInt8]? = nil,
        onEvent: (FeedEvent, RecordSlice) throws -> Void
    ) throws {
        var reader = reader
        let request = HubRequest(
            body == nil ? .get : .post,
            target,
            headers: body == nil ? [] : [("Content-Type", ProtocolPaths.json)],
            body: body,
            deadline: TransferLimits.feed,
            maximumReplyBytes: TransferLimits.feedBytes
        )
        var lines = LineSplitter(limit: TransferLimits.lineBytes)
        var bytesSinceLine = 0
        _ = try exchange(request, expecting: ProtocolPaths.ndjson) { piece in
            if environment.shouldStop() { throw HubClient.stopped }
            bytesSinceLine += piece.count
            try lines.split(piece) { slice in
                bytesSinceLine = 0
                try decoding(slice.length) { try onEvent(reader.read(slice), slice) }
            }
            guard bytesSinceLine <= TransferLimits.bytesBetweenLines else { throw idle(target) }
        }
        // A last line without its newline was cut off, unless it happens to be whole.
        try lines.finish { slice in
            guard let event = try? reader.read(slice) else { return }
            try onEvent(event, slice)
        }
        guard reader.isComplete else {
            throw ReplicationError(
                .unreachable,
                "the hub's answer to \(target.prefix { $0 != "?" }) was cut off before its end marker; what was verified"
                    + " is kept, and the next try goes on behind it"
            )
        }
    }

    private func idle(_ target: String) -> ReplicationError {
        ReplicationError(
            .integrity,
            "the hub's answer to \(target.prefix { $0 != "?" }) went on for \(TransferLimits.bytesBetweenLines) bytes without"
                + " a line that says anything, and was given up; what was verified before is kept: ask the hub's operator"
                + " what answers at \(endpoint)"
        )
    }

    /// What to say of a hub that promises more and more.
    func endless(_ collection: CollectionName) -> ReplicationError {
        ReplicationError(
            .integrity,
            "after \(TransferLimits.pullAnswers) answers the hub still promises more of \(collection), so this was given"
                + " up; what was pulled is kept, and the next round goes on behind it: if that does not end either, ask the"
                + " hub's operator what answers at \(endpoint)"
        )
    }

    /// Cursors are opaque, so they are escaped like any text.
    static func percentEncoded(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return encoded
    }
}
