import Digest
import Federation
import JSON
import Postgres

/// Removes the text of what was retracted wherever the hub keeps it; checksums and reasons stay.
struct Erasure {
    let connection: Connection
    let collection: CollectionName

    /// Removes all text about pattern `id`: from contributions, history, quarantine and resolved contents.
    func erase(_ id: PatternID) throws {
        _ = try connection.execute(
            """
            UPDATE contributions SET payload = NULL, value = NULL, updated_at = NULL, vector = NULL, vector_model = NULL,
                is_erased = true
            WHERE collection = \(collection.text) AND pattern_id = \(id.sql) AND payload IS NOT NULL
            """
        )
        _ = try connection.execute(
            """
            UPDATE contribution_history SET payload = NULL, vector = NULL, vector_model = NULL, is_erased = true
            WHERE collection = \(collection.text) AND pattern_id = \(id.sql) AND payload IS NOT NULL
            """
        )
        _ = try connection.execute(
            """
            UPDATE quarantine SET body = '',
                detail = CASE WHEN pattern_id IS NULL THEN 'it could not be read, and its text was erased' ELSE detail END
            WHERE collection = \(collection.text)
                AND (pattern_id = \(id.sql)
                    -- What could not be read may be about it too.
                    OR pattern_id IS NULL AND position(\(id.utf8) IN body) > 0)
            """
        )
        _ = try connection.execute(
            """
            UPDATE resolutions SET payload = NULL WHERE collection = \(collection.text) AND pattern_id = \(id.sql)
            """
        )
    }

    /// Removes the text of one contribution, whose content has this `digest` by which others with the same are found.
    func erase(_ key: ContributionKey, as digest: SHA256Digest) throws {
        _ = try connection.execute(
            """
            UPDATE contributions SET payload = NULL, value = NULL, updated_at = NULL, vector = NULL, vector_model = NULL,
                is_erased = true, content_digest = \(digest.bytes)
            WHERE collection = \(collection.text) AND pattern_id = \(key.id.sql) AND node = \(key.origin.text)
            """
        )
    }

    /// Notes what the erased contents of pattern `id` were, by which others with the same content are found.
    func remember(_ digests: [SHA256Digest: SHA256Digest], of id: PatternID) throws {
        _ = try connection.execute(
            """
            UPDATE contributions AS c SET content_digest = k.digest
            FROM unnest(\(digests.keys.map(\.bytes)), \(digests.values.map(\.bytes))) AS k (checksum, digest)
            WHERE c.collection = \(collection.text) AND c.pattern_id = \(id.sql) AND c.checksum = k.checksum
                AND c.is_erased
            """
        )
    }

    /// Rows looked at in one step.
    private static var stepRows: Int64 { 500 }

    /// The tables that keep text of patterns, apart from quarantine.
    enum Table: String, CaseIterable {
        case contributions
        case history = "contribution_history"
    }

    /// Removes the text of retracted contents from the next rows of `table` behind `place`; returns the last place
    /// looked at, `nil` when there are no more.
    func erase(_ contents: Set<SHA256Digest>, from table: Table, after place: String?) throws -> String? {
        let result = try connection.execute(
            """
            SELECT kept.ctid::text AS place, kept.payload FROM \(unescaped: table.rawValue) AS kept
            WHERE kept.ctid > \(place ?? "(0,0)")::tid AND kept.collection = \(collection.text)
                AND kept.payload IS NOT NULL
            ORDER BY kept.ctid LIMIT \(Self.stepRows)
            """
        )
        let places = try result.rows.compactMap { row -> (place: String, digest: SHA256Digest)? in
            let digest = digest(of: try row.text(1).utf8)
            return contents.contains(digest) ? (try row.string(0), digest) : nil
        }
        for (digest, places) in Dictionary(grouping: places, by: \.digest) {
            let values = table == .contributions ? "value = NULL, updated_at = NULL," : ""
            _ = try connection.execute(
                """
                UPDATE \(unescaped: table.rawValue)
                SET \(unescaped: values) payload = NULL, vector = NULL, vector_model = NULL, is_erased = true,
                    content_digest = \(digest.bytes)
                WHERE ctid = ANY(\(places.map(\.place))::tid[])
                """
            )
        }
        guard result.rowCount == Int(Self.stepRows) else { return nil }
        return try result.last?.string(0)
    }

    /// Removes the text of retracted contents from the next quarantined items behind `number`; returns the last number
    /// looked at, `nil` when there are no more.
    func eraseQuarantined(_ contents: Set<SHA256Digest>, after number: Int64) throws -> Int64? {
        let result = try connection.execute(
            """
            SELECT number, body FROM quarantine
            WHERE collection = \(collection.text) AND number > \(number) AND body <> ''
            ORDER BY number LIMIT \(Self.stepRows)
            """
        )
        let numbers = try result.rows.filter { row in
            guard let root = (try? JSONDocument(parsing: try row.bytes(1)))?.root, let payload = root["payload"] else {
                return false
            }
            var canonical: [UInt8] = []
            do {
                try CanonicalJSON.append(
                    payload,
                    to: &canonical,
                    omitting: Admission.transportKeys,
                    maximumDepth: Limits.payloadDepth
                )
            } catch { return false }
            return contents.contains(digest(of: canonical))
        }.map { try $0.int64(0) }
        if !numbers.isEmpty {
            _ = try connection.execute("UPDATE quarantine SET body = '' WHERE number = ANY(\(numbers))")
        }
        guard result.rowCount == Int(Self.stepRows) else { return nil }
        return try result.last?.int64(0)
    }

    /// Removes the text of retracted contents from what operators resolved, of which there is little.
    func eraseResolved(_ contents: Set<SHA256Digest>) throws {
        let result = try connection.execute(
            """
            SELECT feed_number, payload FROM resolutions
            WHERE collection = \(collection.text) AND payload IS NOT NULL
            """
        )
        let numbers = try result.rows.filter { contents.contains(digest(of: try $0.text(1).utf8)) }
            .map { try $0.int64(0) }
        guard !numbers.isEmpty else { return }
        _ = try connection.execute(
            """
            UPDATE resolutions SET payload = NULL
            WHERE collection = \(collection.text) AND feed_number = ANY(\(numbers))
            """
        )
    }

    private func digest(of payload: [UInt8]) -> SHA256Digest {
        ContentDigest.of(canonicalPayload: payload, collection: collection, hasher: SHA256())
    }
}

extension Store {
    /// Contents of which a retraction that was not followed yet says that their text is to be removed, although it was
    /// lifted since: the hub where it was decided has that text no more either.
    func liftedErasures(in collection: CollectionName) async throws -> Set<SHA256Digest> {
        try await pool.read { connection in
            let digests = try connection.execute(
                """
                SELECT DISTINCT content_digest FROM resolutions
                WHERE collection = \(collection.text) AND NOT is_applied AND erases AND content_digest IS NOT NULL
                """
            ).rows.map { try $0.digest(0) }
            guard !digests.isEmpty else { return [] }
            let standing = try SettlementTransaction(reading: collection, connection).retractedContents()
            return Set(digests.filter { standing[$0]?.erases != true })
        }
    }

    /// Removes, step by step, the text of contents whose standing retraction says so, and of those that are `lifted`.
    func eraseRetractedContents(in collection: CollectionName, lifted: Set<SHA256Digest>) async throws {
        let contents = try await pool.read { connection in
            lifted.union(
                try SettlementTransaction(reading: collection, connection).retractedContents()
                    .filter { $0.value.erases }.keys
            )
        }
        guard !contents.isEmpty else { return }
        try await pool.write { connection in
            _ = try FeedHeads.lock(collection, connection)
            try Erasure(connection: connection, collection: collection).eraseResolved(contents)
        }
        for table in Erasure.Table.allCases {
            var place: String?
            repeat {
                let after = place
                place = try await pool.write { connection in
                    // The lock: rows must not move while their places are remembered.
                    _ = try FeedHeads.lock(collection, connection)
                    return try Erasure(connection: connection, collection: collection)
                        .erase(contents, from: table, after: after)
                }
            } while place != nil
        }
        var number: Int64? = 0
        while let after = number {
            number = try await pool.write { connection in
                try Erasure(connection: connection, collection: collection)
                    .eraseQuarantined(contents, after: after)
            }
        }
    }
}
