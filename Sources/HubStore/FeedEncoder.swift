import Digest
import Federation
import JSON
import Postgres

/// Writes rows of a feed as NDJSON, with checkpoints in between and the end marker last.
struct FeedEncoder {
    private let request: FeedRequest
    /// What is needed to say what is withheld, where that was asked for.
    private let retractions: FeedRetractions?
    private let epoch: [UInt8]
    private let hasher = SHA256()
    private(set) var output: [UInt8] = []
    private(set) var lines: Int64
    private(set) var digest: SetDigest

    init(
        request: FeedRequest,
        retractions: FeedRetractions?,
        epoch: [UInt8],
        lines: Int64,
        digest: SetDigest
    ) {
        self.request = request
        self.retractions = retractions
        self.epoch = epoch
        self.lines = lines
        self.digest = digest
        output.reserveCapacity(1 << 18)
    }

    /// Appends a row and returns its feed number.
    mutating func append(_ row: Row) throws -> Int64 {
        let number = try row.int64(0)
        var line = try row.feedLine()
        if let retractions {
            line.withheld = try retractions.retraction(of: row, from: FeedEncoder.retractionColumn)?.retractionText
            line.isErased = try row.bool(FeedEncoder.retractionColumn)
        }
        line.append(to: &output)
        count(line)
        if lines % Int64(Limits.checkpointInterval) == 0 { appendMarker(isEnd: false, number: number) }
        return number
    }

    /// Where the columns begin that ``FeedRetractions`` reads.
    private static let retractionColumn = 17

    private mutating func count(_ line: FeedLine) {
        lines += 1
        guard let provenance = line.provenance else { return }
        let make = request.feed == .winners ? ItemDigest.winner : ItemDigest.contribution
        digest.insert(make(request.collection, line.id, provenance.origin, provenance.version, hasher))
    }

    /// Appends the end marker.
    mutating func appendEnd(number: Int64, hasMore: Bool, total: SetDigest?) {
        appendMarker(isEnd: true, number: number, hasMore: hasMore, total: hasMore ? nil : total)
    }

    private mutating func appendMarker(
        isEnd: Bool,
        number: Int64,
        hasMore: Bool = false,
        total: SetDigest? = nil
    ) {
        let cursor = Cursor(epoch: epoch, feed: request.feed, collection: request.collection, number: number)
        var marker = FeedMarker(
            isEnd: isEnd,
            lines: lines,
            digest: digest.sum,
            cursor: cursor.text,
            hasMore: hasMore,
            total: total
        )
        marker.isFollowing = isEnd && retractions?.areAllApplied == false
        marker.json.append(to: &output)
        output.append(UInt8(ascii: "\n"))
    }
}

extension Row {
    /// A line of a feed, in the columns of ``FeedReader/declaration(_:)``.
    func feedLine() throws -> FeedLine {
        var line = FeedLine(
            id: try patternID(1),
            state: try bool(2) ? .live : .retracted,
            provenance: nil,
            value: try optionalDouble(8),
            updatedAt: try optionalTimestamp(9).map(Timestamp.init(microseconds:)),
            payload: try isNull(12) ? nil : text(12).utf8,
            vector: nil
        )
        if try !isNull(3) {
            line.provenance = FeedLine.Provenance(
                origin: try node(3),
                version: try version(from: 4),
                path: try optionalTextArray(11)?.compactMap(NodeName.init) ?? [],
                parents: try parents(16),
                receivedAt: try optionalTimestamp(10).map(Timestamp.init(microseconds:))
            )
        }
        if let length = try optionalInt32(14) {
            line.vector = FeedLine.VectorFacts(
                model: try optionalString(13),
                dimension: Int(length) / 4,
                bytes: try optionalBytes(15)
            )
        }
        return line
    }
}
