import Federation
import Postgres

extension FeedReader {
    /// The statement that declares the cursor `feed_rows` for `request`.
    ///
    /// Columns in the order ``FeedEncoder`` reads them.
    static func declaration(_ request: FeedRequest) -> Query {
        if let keys = request.keys { return selection(of: keys, from: request.collection) }
        return request.feed == .winners ? winners(request) : contributions(request)
    }

    /// Columns of a contribution `c` with payload and vector.
    static let wholeContribution = """
        c.feed_number, c.pattern_id, c.payload IS NOT NULL OR c.is_erased, c.node, c.incarnation, c.revision, c.checksum,
        c.vector_digest, c.value, c.updated_at, c.received_at, nullif(c.path, '{}'), c.payload, c.vector_model,
        octet_length(c.vector), c.vector, NULL::bytea
        """

    private static func selection(of keys: [ContributionKey], from collection: CollectionName) -> Query {
        """
        DECLARE feed_rows NO SCROLL CURSOR FOR
        SELECT \(unescaped: FeedReader.wholeContribution)
        FROM unnest(\(keys.map(\.id.sql)), \(keys.map(\.origin.text))) AS k (pattern_id, node)
        CROSS JOIN LATERAL (
            SELECT * FROM contributions
            WHERE collection = \(collection.text) AND pattern_id = k.pattern_id AND node = k.node LIMIT 1
        ) AS c
        ORDER BY c.pattern_id, c.node
        """
    }

    private static func winners(_ request: FeedRequest) -> Query {
        let since = request.since?.number ?? 0
        // Who starts from nothing has nothing to take back.
        let limit = request.limit ?? Int64.max
        return """
            DECLARE feed_rows NO SCROLL CURSOR FOR
            SELECT w.feed_number, w.pattern_id, w.node IS NOT NULL, w.node, w.incarnation, w.revision, w.checksum,
                w.vector_digest, w.value, w.updated_at, c.received_at, nullif(c.path, '{}'),
                CASE WHEN \(request.includesPayload) THEN coalesce(w.payload, c.payload) END, c.vector_model,
                octet_length(c.vector), CASE WHEN \(request.includesVectors) THEN c.vector END, w.parents
            FROM winners AS w
            LEFT JOIN contributions AS c ON c.collection = w.collection AND c.pattern_id = w.pattern_id
                AND c.node = w.node AND c.incarnation = w.incarnation AND c.revision = w.revision
            WHERE w.collection = \(request.collection.text) AND w.feed_number > \(since)
                AND (w.node IS NOT NULL OR \(request.since != nil))
            ORDER BY w.feed_number LIMIT \(limit)
            """
    }

    private static func contributions(_ request: FeedRequest) -> Query {
        let since = request.since?.number ?? 0
        let limit = request.limit ?? Int64.max
        return """
            DECLARE feed_rows NO SCROLL CURSOR FOR
            SELECT c.feed_number, c.pattern_id, c.payload IS NOT NULL OR c.is_erased, c.node, c.incarnation,
                c.revision, c.checksum, c.vector_digest, c.value, c.updated_at, c.received_at,
                nullif(c.path, '{}'), CASE WHEN \(request.includesPayload) THEN c.payload END, c.vector_model,
                octet_length(c.vector), CASE WHEN \(request.includesVectors) THEN c.vector END, NULL::bytea,
                c.is_erased, CASE WHEN c.is_withheld THEN c.payload END,
                CASE WHEN c.is_withheld THEN c.content_digest END, \(unescaped: Resolution.columns)
            FROM contributions AS c
            LEFT JOIN LATERAL (
                SELECT * FROM resolutions
                WHERE \(request.includesWithheld) AND collection = c.collection AND pattern_id = c.pattern_id
                ORDER BY revision DESC, origin DESC LIMIT 1
            ) AS r ON r.decision = 'retracted'
            WHERE c.collection = \(request.collection.text) AND c.feed_number > \(since)
                AND (\(optional: request.origin?.text)::text IS NULL
                    -- To its origin, what was erased is not there, unless it asks: it may say it again.
                    OR c.node = \(optional: request.origin?.text)
                        AND (NOT c.is_erased OR \(request.includesWithheld)))
                AND (\(optional: request.excluding?.text)::text IS NULL
                    OR c.path[cardinality(c.path)] IS DISTINCT FROM \(optional: request.excluding?.text))
            ORDER BY c.feed_number LIMIT \(limit)
            """
    }
}
