package import Digest
package import Federation
import JSON
import Postgres

/// An item that was refused, as it is kept.
package struct QuarantinedItem: Sendable {
    package var collection: CollectionName
    package var id: PatternID?
    package var refusal: Refusal
    /// The item as it was sent; of one over the limit, its beginning.
    package var body: [UInt8]
    package var bodyLength: Int64
    /// Of the item, also where its text is not kept; the same where it is only sent again.
    package var digest: SHA256Digest

    package init(
        collection: CollectionName,
        id: PatternID?,
        refusal: Refusal,
        body: [UInt8],
        bodyLength: Int64
    ) {
        self.collection = collection
        self.id = id
        self.refusal = refusal
        self.body = refusal.keepsText ? body : []
        self.bodyLength = bodyLength
        digest = SHA256.digest(of: QuarantinedItem.identity(of: body) ?? body)
    }

    /// What makes the item in `body` the same when it is sent again: canonical JSON without when and whence it was sent,
    /// which the predecessor's clients write into it anew each time; `nil` where it is no JSON object, or not whole.
    private static func identity(of body: [UInt8]) -> [UInt8]? {
        guard let root = document(body)?.root, root.kind == .object else { return nil }
        var text: [UInt8] = []
        for (name, value) in root.members.sorted(by: { $0.name < $1.name }) where name != "export_timestamp" {
            text += JSONValue.string(name).bytes
            do {
                try CanonicalJSON.append(
                    value,
                    to: &text,
                    omitting: name == "payload" ? Admission.transportKeys : [],
                    maximumDepth: Limits.payloadDepth
                )
            } catch { return nil }
        }
        return text
    }

    private static func document(_ body: [UInt8]) -> JSONDocument? {
        if let document = try? JSONDocument(parsing: body) { return document }
        return body.withUnsafeBytes { TopLevelInteger.quotingUnsigned(in: $0) }.flatMap {
            try? JSONDocument(parsing: $0)
        }
    }
}

/// A kept item with how often it came.
package struct QuarantineEntry: Sendable {
    /// Names the entry for people.
    package var number: Int64
    package var node: NodeName
    package var item: QuarantinedItem
    package var times: Int64
    package var firstRefusedAt: Timestamp
    package var lastRefusedAt: Timestamp
}

extension Store {
    /// Keeps `items` of `node`; an item that is kept already is counted.
    ///
    /// One node's refused items are bounded by ``Limits/quarantineItems``: beyond that the oldest make room, so that a
    /// node that only sends rubbish costs nobody else anything. Returns how many had to make room.
    package func quarantine(_ items: [QuarantinedItem], of node: NodeName, now: Timestamp) async throws -> Int {
        guard !items.isEmpty else { return 0 }
        return try await pool.write { connection in
            let erased = try Store.erasedPatterns(among: items, connection)
            for var item in Store.distinct(items) {
                // Of what was erased nothing comes back this way, whatever it is refused for.
                if let id = item.id, erased.contains(ErasedPattern(collection: item.collection, id: id)) {
                    item.body = []
                }
                _ = try connection.execute(
                    """
                    INSERT INTO quarantine (
                        node, collection, code, body_digest, pattern_id, detail, body, body_length,
                        first_refused_at, last_refused_at
                    )
                    VALUES (
                        \(node.text), \(item.collection.text), \(item.refusal.code.rawValue),
                        \(item.digest.bytes), \(optional: item.id?.sql), \(item.refusal.detail), \(item.body),
                        \(item.bodyLength), \(now.sql), \(now.sql)
                    )
                    ON CONFLICT (node, collection, code, body_digest) DO UPDATE
                    SET times = quarantine.times + 1, last_refused_at = excluded.last_refused_at
                    """
                )
            }
            return try connection.execute(
                """
                DELETE FROM quarantine WHERE ctid = ANY(ARRAY(
                    SELECT ctid FROM quarantine WHERE node = \(node.text)
                    ORDER BY last_refused_at DESC, body_digest OFFSET \(Int64(Limits.quarantineItems))
                ))
                """
            ).affectedRows
        }
    }

    /// A pattern that was retracted and its text erased.
    private struct ErasedPattern: Hashable {
        var collection: CollectionName
        var id: PatternID
    }

    private static func erasedPatterns(
        among items: [QuarantinedItem],
        _ connection: Connection
    ) throws -> Set<ErasedPattern> {
        let named = items.filter { $0.id != nil }
        guard !named.isEmpty else { return [] }
        let result = try connection.execute(
            """
            SELECT k.collection, k.pattern_id FROM unnest(
                \(named.map(\.collection.text)), \(named.compactMap { $0.id?.sql })
            ) AS k (collection, pattern_id)
            CROSS JOIN LATERAL (
                SELECT decision, erases FROM resolutions
                WHERE collection = k.collection AND pattern_id = k.pattern_id
                ORDER BY revision DESC, origin DESC LIMIT 1
            ) AS r
            WHERE r.decision = 'retracted' AND r.erases
            """
        )
        return Set(try result.rows.map { ErasedPattern(collection: try $0.collection(0), id: try $0.patternID(1)) })
    }

    /// One batch can hold an item twice; in one order of keys, so that two batches cannot wait for each other.
    private static func distinct(_ items: [QuarantinedItem]) -> [QuarantinedItem] {
        var seen: Set<[UInt8]> = []
        return items.filter { seen.insert(Array($0.refusal.code.rawValue.utf8) + $0.digest.bytes).inserted }
            .sorted { ($0.refusal.code.rawValue, $0.bodyLength) < ($1.refusal.code.rawValue, $1.bodyLength) }
    }

    /// Refused items: the last first, or, behind the number `after`, by number.
    static func quarantined(
        _ selection: QuarantineSelection,
        after number: Int64?,
        limit: Int64,
        _ connection: Connection
    ) throws -> [QuarantineEntry] {
        let result = try connection.execute(
            """
            SELECT node, collection, pattern_id, code, detail, body, body_length, times, first_refused_at,
                last_refused_at, number
            FROM quarantine
            WHERE (\(optional: selection.numbers)::bigint[] IS NULL OR number = ANY(\(optional: selection.numbers)))
                AND (\(optional: selection.node?.text)::text IS NULL OR node = \(optional: selection.node?.text))
                AND (\(optional: selection.collection?.text)::text IS NULL
                    OR collection = \(optional: selection.collection?.text))
                AND (\(optional: selection.code?.rawValue)::text IS NULL OR code = \(optional: selection.code?.rawValue))
                AND (\(optional: number)::bigint IS NULL OR number > \(optional: number))
            ORDER BY CASE WHEN \(optional: number)::bigint IS NULL THEN last_refused_at END DESC, number LIMIT \(limit)
            """
        )
        return try result.rows.map { row in
            guard let code = RefusalCode(rawValue: try row.string(3)) else {
                throw StoreError.corrupt("a quarantined item")
            }
            return QuarantineEntry(
                number: try row.int64(10),
                node: try row.node(0),
                item: QuarantinedItem(
                    collection: try row.collection(1),
                    id: try row.optionalText(2).map { PatternID($0) },
                    refusal: Refusal(code, try row.string(4)),
                    body: try row.bytes(5),
                    bodyLength: try row.int64(6)
                ),
                times: try row.int64(7),
                firstRefusedAt: try row.time(8),
                lastRefusedAt: try row.time(9)
            )
        }
    }
}
