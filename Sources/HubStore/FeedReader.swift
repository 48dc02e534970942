import Digest
import Federation
import JSON
import Postgres

/// Reads a feed as one streamed query over one snapshot, in chunks of NDJSON, so that memory does not grow with it.
package actor FeedReader: StreamedRead {
    /// Rows fetched at a time; those that are encoded and those that follow them are in memory.
    private static let chunkRows = 250
    /// Rows encoded between two looks at what the server has sent meanwhile.
    private static let stepRows = 16

    private let request: FeedRequest
    private let lease: ConnectionLease
    private let epoch: [UInt8]
    private let head: FeedHead
    private let retractions: FeedRetractions?
    private var progress: FeedProgress
    private var isFinished = false
    package private(set) var chunks = 0

    /// The head of a feed in the reader's snapshot.
    private struct FeedHead: Sendable {
        var number: Int64
        var set: SetDigest
    }

    private struct Opening: Sendable {
        var epoch: [UInt8]
        var head: FeedHead
        var retractions: FeedRetractions?
    }

    /// What was read so far.
    private struct FeedProgress: Sendable {
        var lines: Int64 = 0
        var digest = SetDigest()
        var number: Int64
    }

    private init(request: FeedRequest, lease: ConnectionLease, opening: Opening) {
        self.request = request
        self.lease = lease
        epoch = opening.epoch
        head = opening.head
        retractions = opening.retractions
        progress = FeedProgress(number: request.since?.number ?? 0)
    }

    /// Opens the feed in a snapshot of its own; throws ``StoreError`` where collection or cursor do not fit it.
    package static func open(_ request: FeedRequest, in store: Store) async throws -> FeedReader {
        let lease = try await store.pool.lease()
        do {
            let opening = try await lease.run { connection in
                try connection.begin(.readOnly(isolation: .repeatableRead))
                return try open(request, connection)
            }
            return FeedReader(request: request, lease: lease, opening: opening)
        } catch {
            await lease.release()
            throw error
        }
    }

    private static func open(_ request: FeedRequest, _ connection: Connection) throws -> Opening {
        let epoch = try Store.epoch(connection)
        let heads = try FeedHeads.read(request.collection, connection)
        let head = heads[request.feed]
        if let since = request.since {
            guard since.epoch == epoch, since.number <= head.number else {
                throw StoreError.cursorReset(
                    "the cursor belongs to a history that this hub no longer has: it was restored from a backup; pull "
                        + "again without `since`, and offer your own contributions again"
                )
            }
            guard since.number >= head.horizon else { throw StoreError.cursorExpired }
        }
        _ = try connection.execute(FeedReader.declaration(request))
        return Opening(
            epoch: epoch,
            head: FeedHead(number: head.number, set: head.set),
            retractions: request.includesWithheld ? try FeedRetractions(of: request.collection, connection) : nil
        )
    }

    /// The next chunk of lines and markers; `nil` behind the end marker.
    package func next() async throws -> [UInt8]? {
        guard !isFinished else { return nil }
        let (request, epoch, head, before, retractions) = (request, epoch, head, progress, retractions)
        let (chunk, after, isLast) = try await lease.run { connection in
            var encoder = FeedEncoder(
                request: request,
                retractions: retractions,
                epoch: epoch,
                lines: before.lines,
                digest: before.digest
            )
            var number = before.number
            let isLast = try connection.fetchingAhead(FeedReader.chunkRows, from: "feed_rows") { rows, following in
                for (index, row) in rows.rows.enumerated() {
                    number = try encoder.append(row)
                    if index % FeedReader.stepRows == 0 { following?.takeIn() }
                }
                return rows.rowCount < FeedReader.chunkRows
            }
            if isLast {
                let isComplete = request.limit.map { encoder.lines < $0 } ?? true
                // A complete answer reaches the head of its snapshot, also where the last changes were left out of it.
                let end = isComplete ? head.number : number
                encoder.appendEnd(
                    number: end,
                    hasMore: end < head.number,
                    total: request.origin == nil && request.keys == nil ? head.set : nil
                )
            }
            return (encoder.output, FeedProgress(lines: encoder.lines, digest: encoder.digest, number: number), isLast)
        }
        progress = after
        chunks += 1
        if isLast { await finish() }
        return chunk
    }

    /// Ends the snapshot and gives the connection back; harmless when done already.
    package func finish() async {
        isFinished = true
        await lease.release()
    }

    package func abandon() async {
        await lease.release()
    }
}
