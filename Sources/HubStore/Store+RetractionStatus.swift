import Digest
package import Federation
import Postgres

/// A retraction that stands, and how far it has travelled.
package struct RetractionStatus: Sendable {
    /// What a node has done about it.
    package enum State: String, Sendable {
        /// It has applied every change up to the retraction.
        case applied
        /// It pulls, and has not come that far.
        case waiting
        /// It never said that it applied anything.
        case neverPulled = "never-pulled"
        /// It uses the predecessor's API, which cannot take anything back.
        case predecessor
    }

    /// One node.
    package struct Node: Sendable {
        package var name: NodeName
        /// Whether it is a hub, which answers for the nodes of its own.
        package var isHub: Bool
        package var state: State
        /// When it said that it had come so far.
        package var appliedAt: Timestamp?
        package var lastSeenAt: Timestamp?
    }

    /// One origin's contribution that a content's retraction withholds, under whatever id.
    package struct Copy: Sendable, Equatable {
        package var id: PatternID
        package var origin: NodeName
    }

    package var collection: CollectionName
    package var resolution: Resolution
    package var nodes: [Node]
    /// The first of the contributions that a retracted content's retraction withholds, by id and origin; looked for only
    /// where one pattern is asked about.
    package var copies: [Copy] = []
    /// Whether there are more ``copies`` than these.
    package var hasMoreCopies = false
}

extension Store {
    /// Retractions that stand, the last first, each with what every enrolled node has done about it; of one collection,
    /// of one pattern with the contents it has and had, or of all.
    package func retractions(
        in collection: CollectionName?,
        of id: PatternID? = nil,
        limit: Int64
    ) async throws -> [RetractionStatus] {
        try await pool.read { connection in
            if let collection { _ = try Store.policy(of: collection, connection) }
            let contents = try Store.contents(of: id, in: collection, connection)
            let result = try connection.execute(
                """
                SELECT \(unescaped: Resolution.columns), r.collection, r.winners_number, r.feed_number FROM (
                    SELECT DISTINCT ON (collection, pattern_id, content_digest) * FROM resolutions
                    WHERE (\(optional: collection?.text)::text IS NULL OR collection = \(optional: collection?.text))
                        AND (\(optional: id?.sql)::text IS NULL OR pattern_id = \(optional: id?.sql)
                            OR content_digest = ANY(\(contents)))
                    ORDER BY collection, pattern_id, content_digest, revision DESC, origin DESC
                ) AS r
                WHERE r.decision = 'retracted' ORDER BY r.decided_at DESC, r.feed_number DESC LIMIT \(limit)
                """
            )
            var positions: [CollectionName: [Position]] = [:]
            let found = try result.rows.map { row in
                let name = try row.collection(Resolution.columnCount)
                let found = try positions[name] ?? Store.positions(in: name, connection)
                positions[name] = found
                let number = try row.optionalInt64(Resolution.columnCount + 1)
                return RetractionStatus(
                    collection: name,
                    resolution: try row.resolution(from: 0),
                    nodes: try found.map {
                        $0.node(at: $0.isHub ? try row.int64(Resolution.columnCount + 2) : number)
                    }
                )
            }
            guard let collection, id != nil else { return found }
            return try Store.addCopies(to: found, in: collection, connection)
        }
    }

    /// Digests of the contents that pattern `id` has and had; none where no pattern is asked about.
    private static func contents(
        of id: PatternID?,
        in collection: CollectionName?,
        _ connection: Connection
    ) throws -> [[UInt8]] {
        guard let id, let collection else { return [] }
        let transaction = SettlementTransaction(reading: collection, connection)
        return Set(try transaction.contents(of: id).map(\.digest)).map(\.bytes)
    }

    /// Names what the retractions of contents among `found` withhold.
    private static func addCopies(
        to found: [RetractionStatus],
        in collection: CollectionName,
        _ connection: Connection
    ) throws -> [RetractionStatus] {
        var positions: [SHA256Digest: Int] = [:]
        for (position, status) in found.enumerated() {
            if case .content(let digest) = status.resolution.subject { positions[digest] = position }
        }
        guard !positions.isEmpty else { return found }
        var found = found
        let transaction = SettlementTransaction(reading: collection, connection)
        var after: ContributionKey?
        repeat {
            let step = try transaction.withheldContents(after: after)
            for (key, digest) in step.contents {
                guard let position = positions[digest] else { continue }
                guard found[position].copies.count < Limits.shownCopies else {
                    found[position].hasMoreCopies = true
                    continue
                }
                found[position].copies.append(RetractionStatus.Copy(id: key.id, origin: key.origin))
            }
            after = step.last
        } while after != nil
        return found
    }

    /// How far one node has come in a collection.
    private struct Position {
        var name: NodeName
        /// Below zero where the node said it in an earlier epoch, so that nobody knows; `nil` where it never did.
        var number: Int64?
        var appliedAt: Timestamp?
        var lastSeenAt: Timestamp?
        var isPredecessor: Bool
        /// Whether its number is one of the resolutions feed, which is what hubs pull, instead of the winners.
        var isHub: Bool

        func node(at number: Int64?) -> RetractionStatus.Node {
            let state: RetractionStatus.State =
                if let mine = self.number {
                    // Without a number the hub has not applied it itself.
                    number.map { mine >= $0 } ?? false ? .applied : .waiting
                } else {
                    isPredecessor ? .predecessor : .neverPulled
                }
            return RetractionStatus.Node(
                name: name,
                isHub: isHub,
                state: state,
                appliedAt: state == .applied ? appliedAt : nil,
                lastSeenAt: lastSeenAt
            )
        }
    }

    private static func positions(in collection: CollectionName, _ connection: Connection) throws -> [Position] {
        let result = try connection.execute(
            """
            SELECT n.node, CASE WHEN c.epoch <> (SELECT epoch FROM hub) THEN -1 ELSE c.number END,
                c.applied_at, n.last_seen_at, p.node IS NOT NULL, n.role = 'hub'
            FROM nodes AS n
            LEFT JOIN checkpoints AS c ON c.node = n.node AND c.collection = \(collection.text)
                AND c.feed = CASE WHEN n.role = 'hub' THEN 'resolutions' ELSE 'winners' END
            LEFT JOIN predecessor_clients AS p ON p.node = n.node AND p.collection = \(collection.text)
            WHERE n.revoked_at IS NULL ORDER BY n.node
            """
        )
        return try result.rows.map { row in
            Position(
                name: try row.node(0),
                number: try row.optionalInt64(1),
                appliedAt: try row.optionalTimestamp(2).map(Timestamp.init(microseconds:)),
                lastSeenAt: try row.optionalTimestamp(3).map(Timestamp.init(microseconds:)),
                isPredecessor: try row.bool(4),
                isHub: try row.bool(5)
            )
        }
    }
}
