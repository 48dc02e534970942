package import Federation
import Postgres

extension Store {
    /// How it stands with every upstream at `now`, from one snapshot.
    package func upstreamStatus(now: Timestamp) async throws -> [UpstreamStatus] {
        try await pool.read { connection in
            let upstreams = try connection.execute("SELECT \(unescaped: Upstream.columns) FROM upstreams ORDER BY url")
            return try upstreams.rows.map { row in
                let upstream = try row.upstream()
                var flows = try Store.knownFlows(of: upstream, now: now, connection)
                let echoes = try Store.echoes(of: upstream, connection)
                for index in flows.indices where flows[index].flow.direction == .push {
                    let waiting = try Store.waiting(
                        flows[index].flow,
                        after: flows[index].number,
                        of: upstream,
                        excluding: echoes,
                        connection
                    )
                    flows[index].flow.itemsBehind = waiting.count
                    flows[index].flow.secondsBehind = Store.seconds(since: waiting.oldest, now: now)
                }
                let lacking = flows.filter { $0.flow.direction == .push && $0.flow.itemsBehind > 0 && !$0.isThere }
                return UpstreamStatus(
                    upstream: Store.heard(upstream, flows.map(\.flow)),
                    flows: flows.map(\.flow),
                    lacking: upstream.epoch == nil
                        ? [] : try Store.policies(of: lacking.map(\.flow.collection), connection),
                    refusals: try Store.refusals(of: upstream.url, connection),
                    relayedOrigins: try upstream.hubName.map { try Store.relayedOrigins(by: $0, connection) } ?? []
                )
            }
        }
    }

    /// A flow, up to which number it has come, and whether the upstream is known to have the collection: whatever it
    /// has was pulled from it.
    private typealias KnownFlow = (flow: UpstreamStatus.Flow, number: Int64, isThere: Bool)

    /// The policies of `collections`, each once.
    private static func policies(
        of collections: [CollectionName],
        _ connection: Connection
    ) throws -> [CollectionPolicy] {
        try Set(collections).sorted().map { try policy(of: $0, connection) }
    }

    /// `upstream`, which was heard of when something was pulled from it, too.
    private static func heard(_ upstream: Upstream, _ flows: [UpstreamStatus.Flow]) -> Upstream {
        var upstream = upstream
        let pulled = flows.filter { $0.direction == .pull }.compactMap(\.movedAt)
        upstream.contactedAt = (pulled + [upstream.contactedAt].compactMap(\.self)).max()
        return upstream
    }

    /// Every direction of every feed of the collections that travel, with what is noted about it.
    private static func knownFlows(
        of upstream: Upstream,
        now: Timestamp,
        _ connection: Connection
    ) throws -> [KnownFlow] {
        let result = try connection.execute(
            """
            SELECT c.collection, f.feed, d.direction, coalesce(p.number, 0), coalesce(p.head, 0), p.behind_since,
                coalesce(p.items, 0), p.moved_at,
                CASE WHEN f.feed = 'contributions' AND d.direction = 'push' THEN (
                    SELECT count(*) FROM upstream_refusals AS r
                    WHERE r.url = \(upstream.url) AND r.collection = c.collection
                ) ELSE 0 END,
                EXISTS (
                    SELECT FROM upstream_positions AS t
                    WHERE t.url = \(upstream.url) AND t.collection = c.collection AND t.feed = 'contributions'
                        AND t.direction = 'pull' AND t.cursor IS NOT NULL
                )
            FROM collections AS c
            CROSS JOIN unnest(\(UpstreamPosition.Feed.allCases.map(\.rawValue))) AS f (feed)
            CROSS JOIN unnest(\(UpstreamPosition.Direction.allCases.map(\.rawValue))) AS d (direction)
            LEFT JOIN upstream_positions AS p ON p.url = \(upstream.url) AND p.collection = c.collection
                AND p.feed = f.feed AND p.direction = d.direction
            WHERE \(optional: upstream.collections?.map(\.text)) IS NULL
                OR c.collection = ANY(\(optional: upstream.collections?.map(\.text)))
            ORDER BY c.collection, f.feed, d.direction
            """
        )
        return try result.rows.map { row in
            guard let collection = CollectionName(try row.string(0)),
                let feed = UpstreamPosition.Feed(rawValue: try row.string(1)),
                let direction = UpstreamPosition.Direction(rawValue: try row.string(2))
            else { throw StoreError.corrupt("how far replication has come") }
            let (number, head) = (try row.int64(3), try row.int64(4))
            let since = try row.optionalTime(5)
            return (
                UpstreamStatus.Flow(
                    collection: collection,
                    feed: feed,
                    direction: direction,
                    itemsBehind: max(0, head - number),
                    secondsBehind: head > number ? seconds(since: since, now: now) : 0,
                    moved: try row.int64(6),
                    refused: try row.int64(8),
                    movedAt: try row.optionalTime(7)
                ), number, try row.bool(9)
            )
        }
    }

    /// Under which names what came from `upstream` ends its path: what it passed on, on whichever connection.
    static func echoes(of upstream: Upstream, _ connection: Connection) throws -> [NodeName] {
        var names = Set(upstream.hubName.map { [$0] } ?? [])
        let nodes = try connection.execute(
            """
            SELECT n.node FROM nodes AS n JOIN upstreams AS u ON u.hub_id = n.hub_id
            WHERE u.url = \(upstream.url) AND n.role = 'hub'
            """
        )
        for row in nodes.rows { names.insert(try row.node(0)) }
        return names.sorted()
    }

    /// How many statements behind `number` wait to be pushed, and since when the oldest of them does.
    ///
    /// One that was pushed already waits again since it was decided about, which moved it to the end of its feed.
    private static func waiting(
        _ flow: UpstreamStatus.Flow,
        after number: Int64,
        of upstream: Upstream,
        excluding echoes: [NodeName],
        _ connection: Connection
    ) throws -> (count: Int64, oldest: Timestamp?) {
        let result =
            switch flow.feed {
            case .contributions:
                try connection.execute(
                    """
                    SELECT count(*), min(CASE WHEN coalesce(received_at > \(optional: flow.movedAt?.sql)::timestamptz, true) THEN received_at
                        ELSE greatest(
                            received_at,
                            (SELECT max(r.received_at) FROM resolutions AS r
                                WHERE r.collection = \(flow.collection.text) AND r.pattern_id = waiting.pattern_id),
                            (SELECT max(r.received_at) FROM resolutions AS r
                                WHERE r.collection = \(flow.collection.text) AND r.content_digest IS NOT NULL)
                        ) END)
                    FROM (
                        SELECT pattern_id, received_at FROM contributions
                        WHERE collection = \(flow.collection.text) AND feed_number > \(number)
                            AND coalesce(peak_value, 0) >= \(upstream.minValue)
                            AND coalesce(path[cardinality(path)] <> ALL(\(echoes.map(\.text))), true)
                        ORDER BY feed_number LIMIT \(UpstreamStatus.countedItems)
                    ) AS waiting
                    """
                )
            case .resolutions:
                try connection.execute(
                    """
                    SELECT count(*), min(received_at) FROM (
                        SELECT received_at FROM resolutions
                        WHERE collection = \(flow.collection.text) AND feed_number > \(number)
                        ORDER BY feed_number LIMIT \(UpstreamStatus.countedItems)
                    ) AS waiting
                    """
                )
            }
        guard let row = result.first else { return (0, nil) }
        return (try row.int64(0), try row.optionalTime(1))
    }

    private static func seconds(since time: Timestamp?, now: Timestamp) -> Int64 {
        time.map { max(0, (now.microseconds - $0.microseconds) / 1_000_000) } ?? 0
    }

    private static func refusals(of url: String, _ connection: Connection) throws -> [UpstreamRefusal] {
        try connection.execute(
            """
            SELECT collection, pattern_id, origin, revision, code, detail, refused_at FROM upstream_refusals
            WHERE url = \(url) ORDER BY refused_at DESC, collection, pattern_id, origin
            LIMIT \(UpstreamStatus.listedRefusals)
            """
        ).rows.map { row in
            guard let collection = CollectionName(try row.string(0)) else {
                throw StoreError.corrupt("what an upstream did not take")
            }
            return UpstreamRefusal(
                collection: collection,
                key: ContributionKey(id: try row.patternID(1), origin: try row.node(2)),
                revision: try row.int64(3),
                code: try row.string(4),
                detail: try row.string(5),
                refusedAt: try row.time(6)
            )
        }
    }

    private static func relayedOrigins(by relay: NodeName, _ connection: Connection) throws -> [RelayedOrigin] {
        try connection.execute(
            """
            SELECT relay, collection, origin, incarnation, statements, first_at, last_at FROM relayed_origins
            WHERE relay = \(relay.text) ORDER BY collection, origin
            """
        ).rows.map { row in
            guard let collection = CollectionName(try row.string(1)) else {
                throw StoreError.corrupt("whose statements a hub passed on")
            }
            return RelayedOrigin(
                relay: try row.node(0),
                collection: collection,
                origin: try row.node(2),
                incarnation: try row.int32(3),
                statements: try row.int64(4),
                firstAt: try row.time(5),
                lastAt: try row.time(6)
            )
        }
    }
}
