import Digest
import Federation
import Postgres

/// Recomputes one collection in one snapshot, some rows at a time: contributions with the winners they decide, then
/// winners, resolutions and earlier versions.
struct CollectionVerifier: Sendable {
    /// Rows looked at in one step; as many contents are in memory.
    static let stepRows = 200

    private enum Stage {
        case contributions, winners, resolutions, history, finished
    }

    let policy: CollectionPolicy
    let heads: Heads
    /// Whether decisions of operators are still being carried out.
    let isPending: Bool
    var verification: Verification
    /// Rows looked at.
    private(set) var seen: Int64 = 0
    private var stage = Stage.contributions
    /// The rows of the last pattern seen, of which more may follow.
    private var rest: [VerifiedRow] = []
    var contributions = FeedSum()
    var winners = FeedSum()
    var resolutions = FeedSum()

    /// What the rows of a feed add up to.
    struct FeedSum {
        var set = SetDigest()
        var greatestNumber: Int64 = 0
    }

    /// What is stored of the feeds.
    struct Heads {
        var contributions: FeedSum
        var winners: FeedSum
        var resolutions: FeedSum
    }

    var isFinished: Bool { stage == .finished }

    /// Opens `collection` in the transaction of `connection`.
    init(_ collection: CollectionName, limit: Int, _ connection: Connection) throws {
        policy = try Store.policy(of: collection, connection)
        let stored = try FeedHeads.read(collection, connection)
        heads = Heads(
            contributions: FeedSum(set: stored.contributions.set, greatestNumber: stored.contributions.number),
            winners: FeedSum(set: stored.winners.set, greatestNumber: stored.winners.number),
            resolutions: FeedSum(set: stored.resolutions.set, greatestNumber: stored.resolutions.number)
        )
        let pending = try connection.execute(
            """
            SELECT EXISTS (SELECT FROM resolutions WHERE collection = \(collection.text) AND NOT is_applied)
                OR EXISTS (SELECT FROM revocations WHERE NOT is_applied)
            """
        )
        isPending = try pending.first?.bool(0) ?? false
        verification = Verification(of: collection, limit: limit)
        _ = try connection.execute(
            """
            DECLARE verified_contributions NO SCROLL CURSOR FOR
            SELECT pattern_id, node, incarnation, revision, checksum, vector_digest, value, updated_at, payload, vector,
                is_erased, is_withheld, feed_number, peak_value, path
            FROM contributions WHERE collection = \(collection.text) ORDER BY pattern_id, node
            """
        )
        _ = try connection.execute(
            """
            DECLARE verified_winners NO SCROLL CURSOR FOR
            SELECT w.pattern_id, w.node, w.incarnation, w.revision, w.checksum, w.vector_digest, w.feed_number, w.state,
                EXISTS (
                    SELECT FROM contributions AS c
                    WHERE c.collection = \(collection.text) AND c.pattern_id = w.pattern_id
                )
            FROM winners AS w WHERE w.collection = \(collection.text) ORDER BY w.pattern_id
            """
        )
        _ = try connection.execute(
            """
            DECLARE verified_resolutions NO SCROLL CURSOR FOR
            SELECT \(unescaped: Resolution.columns), r.feed_number FROM resolutions AS r
            WHERE r.collection = \(collection.text) ORDER BY r.feed_number
            """
        )
        _ = try connection.execute(
            """
            DECLARE verified_history NO SCROLL CURSOR FOR
            SELECT pattern_id, node, checksum, vector_digest, payload, vector, is_erased FROM contribution_history
            WHERE collection = \(collection.text)
            """
        )
        try findSharedNumbers(connection)
    }

    /// Looks at the next rows.
    mutating func step(_ connection: Connection) throws {
        switch stage {
        case .contributions: try stepContributions(connection)
        case .winners: try stepWinners(connection)
        case .resolutions: try stepResolutions(connection)
        case .history: try stepHistory(connection)
        case .finished: return
        }
        guard stage == .finished else { return }
        compare(contributions, with: heads.contributions, of: "contributions")
        compare(winners, with: heads.winners, of: "winners")
        compare(resolutions, with: heads.resolutions, of: "resolutions")
    }

    private mutating func fetch(_ cursor: StaticString, _ connection: Connection) throws -> QueryResult {
        let rows = try connection.fetch(CollectionVerifier.stepRows, from: cursor)
        seen += Int64(rows.rowCount)
        return rows
    }

    private mutating func stepContributions(_ connection: Connection) throws {
        let rows = try fetch("verified_contributions", connection)
        let isLast = rows.rowCount < CollectionVerifier.stepRows
        var whole = rest
        rest = []
        for row in rows.rows { whole.append(try VerifiedRow(row)) }
        if !isLast, let id = whole.last?.candidate.id {
            let start = whole.firstIndex { $0.candidate.id == id } ?? whole.startIndex
            rest = Array(whole[start...])
            whole.removeSubrange(start...)
        }
        try verify(whole, connection)
        if isLast { stage = .winners }
    }

    private mutating func stepWinners(_ connection: Connection) throws {
        let rows = try fetch("verified_winners", connection)
        for row in rows.rows {
            let id = try row.patternID(0)
            winners.greatestNumber = max(winners.greatestNumber, try row.int64(6))
            if try !row.isNull(1) {
                verification.liveWinners += 1
                winners.set.insert(
                    ItemDigest.winner(
                        collection: policy.collection,
                        id: id,
                        origin: try row.node(1),
                        version: try row.version(from: 2),
                        hasher: SHA256()
                    )
                )
            }
            let state = try row.string(7)
            // Whatever contributions decide was compared with them.
            if try !row.bool(8), state != Winner.State.retracted.rawValue {
                verification.add(.init(.winner, id: id, stored: state, computed: "nothing: nobody contributed to it"))
            }
        }
        if rows.rowCount < CollectionVerifier.stepRows { stage = .resolutions }
    }

    private mutating func stepResolutions(_ connection: Connection) throws {
        let rows = try fetch("verified_resolutions", connection)
        for row in rows.rows {
            let resolution = try row.resolution(from: 0)
            verification.resolutions += 1
            resolutions.set.insert(resolution.itemDigest(in: policy.collection, hasher: SHA256()))
            resolutions.greatestNumber = max(resolutions.greatestNumber, try row.int64(Resolution.columnCount))
        }
        if rows.rowCount < CollectionVerifier.stepRows { stage = .history }
    }

    private mutating func stepHistory(_ connection: Connection) throws {
        let rows = try fetch("verified_history", connection)
        for row in rows.rows { verifyEarlier(try EarlierVersion(row)) }
        if rows.rowCount < CollectionVerifier.stepRows { stage = .finished }
    }

    private mutating func compare(_ computed: FeedSum, with stored: FeedSum, of feed: String) {
        if computed.set != stored.set {
            verification.add(
                .init(.digest, stored: "\(feed): \(stored.set.words)", computed: "\(feed): \(computed.set.words)")
            )
        }
        if computed.greatestNumber > stored.greatestNumber {
            verification.add(
                .init(
                    .numbers,
                    stored: "the last change of \(feed) has the number \(stored.greatestNumber)",
                    computed: "there is one with the number \(computed.greatestNumber)"
                )
            )
        }
    }
}

extension SetDigest {
    fileprivate var words: String { "\(count) with the digest \(sum.hex)" }
}
