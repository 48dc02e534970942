import Digest
import Federation
import HubStore
import JSON
import Postgres
import Testing
import TestSupport

@Suite("The feed never skips a committed change", .serialized)
struct FeedOrderTests {
    private static let writers = 4
    private static let batches = 25
    private static let patterns = 6

    @Test("Concurrent writers with delays: a follower of the feed misses nothing")
    func neverSkips() async throws {
        try await ScratchStore.withStore { store in
            let seen = try await withThrowingTaskGroup(of: Set<String>?.self) { group in
                let done = Finished(waitingFor: FeedOrderTests.writers)
                for writer in 0..<FeedOrderTests.writers {
                    group.addTask {
                        try await write(writer, to: store)
                        await done.one()
                        return nil
                    }
                }
                group.addTask { try await follow(store, until: done) }
                var seen: Set<String>?
                for try await result in group { seen = result ?? seen }
                return try #require(seen)
            }
            let all = try await follow(store, until: nil)
            // The last statement of every key must have been seen by the follower, however the commits interleaved.
            #expect(all.subtracting(seen) == [])
            #expect(all.count == FeedOrderTests.writers * FeedOrderTests.patterns)
        }
    }

    private func write(_ writer: Int, to store: Store) async throws {
        var generator = SplitMix64(seed: UInt64(writer))
        for batch in 1...FeedOrderTests.batches {
            let items = (0..<FeedOrderTests.patterns).map { pattern in
                AdmittedItem(
                    contribution: Histories.contribution(
                        id: pattern,
                        origin: writer,
                        revision: Int64(batch),
                        text: "\(batch)",
                        value: 0.8,
                        time: 0
                    ),
                    isNumbered: true,
                    importedFrom: nil
                )
            }
            _ = try await store.ingest(items, into: Histories.collection, now: ScratchStore.now)
            for _ in 0..<Int.random(in: 0...200, using: &generator) { await Task.yield() }
        }
    }

    /// Follows the contributions feed by its cursors; returns what it saw as `id origin revision` of live lines.
    private func follow(_ store: Store, until done: Finished?) async throws -> Set<String> {
        var newest: [String: String] = [:]
        var since: Cursor?
        while true {
            let isLast = await done?.isComplete ?? true
            let request = FeedRequest(feed: .contributions, collection: Histories.collection, since: since)
            let reader = try await FeedReader.open(request, in: store)
            while let chunk = try await reader.next() {
                for line in chunk.split(separator: UInt8(ascii: "\n")) {
                    let root = try JSONDocument(parsing: Array(line)).root
                    if let marker = try FeedMarker(root) {
                        since = Cursor(marker.cursor)
                        continue
                    }
                    let id = root["id"]?.string ?? ""
                    let origin = root["origin"]?.string ?? ""
                    newest["\(id) \(origin)"] = "\(id) \(origin) \(root["revision"]?.integer ?? 0)"
                }
            }
            if isLast { return Set(newest.values) }
        }
    }

    @Test(
        "A feed of any length is read whole and in order, also where the server fetches ahead",
        arguments: [1, 250, 251, 500, 999]
    )
    func lengths(count: Int) async throws {
        try await ScratchStore.withStore { store in
            let items = (0..<count).map { pattern in
                AdmittedItem(
                    contribution: Histories.contribution(
                        id: pattern,
                        origin: 0,
                        revision: 1,
                        text: String(repeating: "x", count: 1000),
                        value: 0.8,
                        time: 0
                    ),
                    isNumbered: true,
                    importedFrom: nil
                )
            }
            _ = try await store.ingest(items, into: Histories.collection, now: ScratchStore.now)
            for feed in [Cursor.Feed.contributions, .winners] {
                for limit in [nil, 1, Int64(count)] {
                    let request = FeedRequest(feed: feed, collection: Histories.collection, limit: limit)
                    let (ids, end) = try await read(request, from: store)
                    #expect(ids.count == Int(limit ?? Int64(count)))
                    #expect(Set(ids).count == ids.count)
                    #expect(end?.lines == Int64(ids.count))
                    #expect(end?.hasMore == (ids.count < count))
                }
                // One who leaves in the middle leaves nothing behind for the next.
                let request = FeedRequest(feed: feed, collection: Histories.collection)
                let reader = try await FeedReader.open(request, in: store)
                #expect(try await reader.next() != nil)
                await reader.abandon()
                #expect(try await read(request, from: store).ids.count == count)
            }
        }
    }

    /// The ids of a feed's lines as they come, and its end marker.
    private func read(_ request: FeedRequest, from store: Store) async throws -> (ids: [String], end: FeedMarker?) {
        let reader = try await FeedReader.open(request, in: store)
        var ids: [String] = []
        var end: FeedMarker?
        while let chunk = try await reader.next() {
            for line in chunk.split(separator: UInt8(ascii: "\n")) {
                let root = try JSONDocument(parsing: Array(line)).root
                if let marker = try FeedMarker(root) {
                    #expect(end == nil)
                    if marker.isEnd { end = marker }
                } else {
                    ids.append(root["id"]?.string ?? "")
                }
            }
        }
        return (ids, end)
    }

    /// The same follower over numbers from a sequence does miss rows, so the test above could have failed.
    @Test("Negative control: with numbers drawn from a sequence the same way of following loses rows")
    func sequenceSkips() async throws {
        try await ScratchStore.withDatabase { connectionString in
            let pool = PostgresPool(
                configuration: PostgresConfiguration(connectionString: connectionString, applicationName: "control")
            )
            _ = try await pool.withConnection {
                try $0.executeScript("CREATE TABLE naive (number bigserial, writer int)")
            }
            // The slower of two transactions draws its number first and commits last.
            let slow = try await pool.lease()
            try await slow.run { connection in
                try connection.begin(.readWrite)
                _ = try connection.execute("INSERT INTO naive (writer) VALUES (1)")
            }
            _ = try await pool.write { try $0.execute("INSERT INTO naive (writer) VALUES (2)").affectedRows }
            let (first, cursor) = try await poll(pool, after: 0)
            try await slow.run { try $0.commit() }
            await slow.release()
            let (second, _) = try await poll(pool, after: cursor)
            await pool.close()
            #expect(first + second == [2], "the row of the slower writer is never delivered")
        }
    }

    private func poll(_ pool: PostgresPool, after number: Int64) async throws -> (writers: [Int32], cursor: Int64) {
        try await pool.read { connection in
            let result = try connection.execute(
                "SELECT writer, number FROM naive WHERE number > \(number) ORDER BY number"
            )
            let rows = try result.rows.map { (try $0.int32(0), try $0.int64(1)) }
            return (rows.map(\.0), rows.last?.1 ?? number)
        }
    }
}

/// Counts writers that are done.
private actor Finished {
    private var left: Int

    init(waitingFor count: Int) {
        left = count
    }

    func one() {
        left -= 1
    }

    var isComplete: Bool { left == 0 }
}
