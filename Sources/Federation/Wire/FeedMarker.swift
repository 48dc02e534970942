package import Digest
package import JSON

/// A line of a feed that is no change: it says how much came before it and where to go on.
///
/// A reply that was cut off cannot look complete, because only the end marker ends it; what came before a checkpoint
/// need not be asked for again.
package struct FeedMarker: Sendable, Equatable {
    /// Whether the marker ends the answer.
    package var isEnd: Bool
    /// Lines of the answer before this marker, other markers not counted.
    package var lines: Int64
    /// Sum of the item digests of the lines before this marker; see ``ItemDigest``.
    package var digest: SHA256Digest
    /// The position behind the lines before this marker.
    package var cursor: String
    /// In an end marker: whether the feed had more when the answer ended.
    package var hasMore: Bool
    /// In an end marker with nothing more: the digest over the whole feed at that point.
    package var total: SetDigest?
    /// In an end marker, where what is withheld was asked for: whether contributions do not follow all resolutions yet.
    package var isFollowing = false

    package init(
        isEnd: Bool,
        lines: Int64,
        digest: SHA256Digest,
        cursor: String,
        hasMore: Bool = false,
        total: SetDigest? = nil
    ) {
        self.isEnd = isEnd
        self.lines = lines
        self.digest = digest
        self.cursor = cursor
        self.hasMore = hasMore
        self.total = total
    }

    package var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init("lines", .integer(lines)), .init("digest", .string(digest.hex)), .init("cursor", .string(cursor)),
        ]
        if isEnd { members.append(.init("more", .boolean(hasMore))) }
        if let total {
            members.append(.init("total", ["count": .integer(total.count), "digest": .string(total.sum.hex)]))
        }
        if isFollowing { members.append(.init("following", .boolean(true))) }
        return .object([.init(isEnd ? "end" : "checkpoint", .object(members))])
    }

    /// Reads a marker; `nil` where the line is a change; throws a ``FeedLineError``.
    package init?(_ root: JSONNode) throws(FeedLineError) {
        let end = root["end"]
        guard let body = end ?? root["checkpoint"] else { return nil }
        guard let lines = body["lines"]?.integer, let cursor = body["cursor"]?.string,
            let digest = body["digest"]?.digest
        else { throw FeedLineError("a marker cannot be read") }
        var total: SetDigest?
        if let node = body["total"], let count = node["count"]?.integer,
            let sum = node["digest"]?.digest
        {
            total = SetDigest(count: count, sum: sum)
        }
        self.init(
            isEnd: end != nil,
            lines: lines,
            digest: digest,
            cursor: cursor,
            hasMore: body["more"]?.boolean ?? false,
            total: total
        )
        isFollowing = body["following"]?.boolean ?? false
    }
}
