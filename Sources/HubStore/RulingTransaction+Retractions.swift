import Digest
import Federation
import Postgres

extension RulingTransaction {
    /// Contributions looked at in one transaction.
    private static var stepRows: Int64 { 500 }

    mutating func retract(
        _ id: PatternID,
        alsoContent: Bool,
        erases: Bool,
        ruling: Ruling
    ) throws -> RetractionOutcome {
        let present = try contents(of: id)
        let resolution = try statement(
            .pattern(id),
            .retracted,
            covers: Array(Set(present.map(\.checksum))),
            ruling: ruling,
            erases: erases
        )
        try settlement.insert(resolution, isApplied: false, heads: &heads)
        let number = heads.resolutions.number
        var outcome = RetractionOutcome(resolution: resolution)
        if alsoContent {
            try checkRoom(for: Set(present.map(\.digest)).count)
            for (digest, copies) in Dictionary(grouping: present, by: \.digest).sorted(by: { $0.key < $1.key }) {
                let covers = Array(Set(copies.map(\.checksum)))
                let about = try statement(.content(digest), .retracted, covers: covers, ruling: ruling, erases: erases)
                try settlement.insert(about, isApplied: false, heads: &heads)
                outcome.contents.append(digest)
            }
        }
        if erases { try eraseText(of: id, present) }
        outcome.changes = try settlement.decideAnew([id], policy: policy, heads: &heads)
        try markApplied([number])
        return outcome
    }

    mutating func lift(_ id: PatternID, ruling: Ruling) throws -> RetractionOutcome {
        let standing = try settlement.standingResolutions(of: [id], heads)
        let retraction = standing.patterns[id].flatMap { $0.retracts ? $0 : nil }
        let present = Set(try contents(of: id).map(\.digest))
        let lifted = standing.contents.filter { digest, resolution in
            present.contains(digest) || !Set(resolution.covers).isDisjoint(with: retraction?.covers ?? [])
        }
        guard retraction != nil || !lifted.isEmpty else {
            throw StoreError.notFound(
                "pattern '\(id)' of '\(settlement.collection)' is not retracted, so there is nothing to lift"
            )
        }
        let resolution = try statement(.pattern(id), .lifted, covers: retraction?.covers ?? [], ruling: ruling)
        try settlement.insert(resolution, isApplied: false, heads: &heads)
        let number = heads.resolutions.number
        var outcome = RetractionOutcome(resolution: resolution)
        for (digest, retracted) in lifted.sorted(by: { $0.key < $1.key }) {
            let about = try statement(.content(digest), .lifted, covers: retracted.covers, ruling: ruling)
            try settlement.insert(about, isApplied: false, heads: &heads)
            outcome.contents.append(digest)
        }
        outcome.changes = try settlement.decideAnew([id], policy: policy, heads: &heads)
        try markApplied([number])
        return outcome
    }

    /// Removes all text about pattern `id`, which an operator had erased, and notes what its contents were.
    func eraseText(of id: PatternID) throws {
        try eraseText(of: id, try contents(of: id))
    }

    private func eraseText(of id: PatternID, _ present: [PresentContent]) throws {
        let erasure = Erasure(connection: settlement.connection, collection: settlement.collection)
        try erasure.erase(id)
        let digests = present.map { ($0.checksum, $0.digest) }
        try erasure.remember(Dictionary(digests) { first, _ in first }, of: id)
    }

    private func checkRoom(for count: Int) throws {
        let present = try settlement.retractedContents().count
        guard present + count <= Limits.retractedContents else {
            throw StoreError.invalid(
                "collection '\(settlement.collection)' has \(present) retracted contents, and there may be "
                    + "\(Limits.retractedContents); retract the pattern alone, or lift others"
            )
        }
    }

    /// Decides the next patterns behind `id` about which an operator resolved a content, because that content may be
    /// retracted, or not any more; `last` is `nil` when there are no more.
    mutating func followResolved(after id: PatternID?) throws -> (last: PatternID?, changes: [DecisionChange]) {
        let result = try settlement.connection.execute(
            """
            SELECT DISTINCT pattern_id FROM resolutions
            WHERE collection = \(settlement.collection.text) AND decision = 'content'
                AND pattern_id > \(id?.sql ?? PostgresText(utf8: []))
            ORDER BY pattern_id LIMIT \(Self.stepRows)
            """
        )
        let ids = try result.rows.map { try $0.patternID(0) }
        guard !ids.isEmpty else { return (nil, []) }
        let changes = try settlement.decideAnew(ids, policy: policy, heads: &heads)
        return (ids.count == Int(Self.stepRows) ? ids.last : nil, changes)
    }

    /// A content that is present.
    private struct PresentContent {
        var checksum: SHA256Digest
        var digest: SHA256Digest
    }

    /// The contents that the pattern's contributions have and had, and what was made of them: all that was ever served.
    private func contents(of id: PatternID) throws -> [PresentContent] {
        let result = try settlement.connection.execute(
            """
            SELECT checksum, payload, content_digest FROM contributions
            WHERE collection = \(settlement.collection.text) AND pattern_id = \(id.sql)
                AND (payload IS NOT NULL OR content_digest IS NOT NULL)
            UNION ALL
            SELECT checksum, payload, content_digest FROM contribution_history
            WHERE collection = \(settlement.collection.text) AND pattern_id = \(id.sql)
                AND (payload IS NOT NULL OR content_digest IS NOT NULL)
            UNION ALL
            SELECT checksum, payload, NULL FROM winners
            WHERE collection = \(settlement.collection.text) AND pattern_id = \(id.sql) AND payload IS NOT NULL
            UNION ALL
            SELECT checksum, payload, NULL FROM resolutions
            WHERE collection = \(settlement.collection.text) AND pattern_id = \(id.sql) AND payload IS NOT NULL
            """
        )
        let hasher = SHA256()
        return try result.rows.map { row in
            let digest =
                try row.isNull(1)
                ? row.digest(2)
                : ContentDigest.of(
                    canonicalPayload: row.text(1).utf8,
                    collection: settlement.collection,
                    hasher: hasher
                )
            return PresentContent(checksum: try row.digest(0), digest: digest)
        }
    }

    /// Withholds, or lets win again, the next contributions behind `key` as their contents' retractions say; `last` is
    /// `nil` when there are no more.
    mutating func followContents(
        after key: ContributionKey?
    ) throws -> (last: ContributionKey?, changes: [DecisionChange]) {
        let retracted = try settlement.retractedContents()
        let result = try settlement.connection.execute(
            """
            SELECT pattern_id, node, payload, is_withheld FROM contributions
            WHERE collection = \(settlement.collection.text) AND payload IS NOT NULL
                AND (pattern_id, node) > (\(key?.id.sql ?? PostgresText(utf8: [])), \(key?.origin.text ?? ""))
            ORDER BY pattern_id, node LIMIT \(Self.stepRows)
            """
        )
        let moved = try settlement.outOfLine(result, retracted)
        try settlement.setWithheld(moved)
        let ids = Array(Set(moved.map(\.key.id))).sorted()
        let changes = ids.isEmpty ? [] : try settlement.decideAnew(ids, policy: policy, heads: &heads)
        guard result.rowCount == Int(Self.stepRows), let last = result.last else { return (nil, changes) }
        return (ContributionKey(id: try last.patternID(0), origin: try last.node(1)), changes)
    }
}

extension SettlementTransaction {
    /// The rows (pattern, node, payload, withheld) that are not withheld as the `retracted` contents say.
    func outOfLine(
        _ result: QueryResult,
        _ retracted: [SHA256Digest: Resolution]
    ) throws -> [(key: ContributionKey, isWithheld: Bool)] {
        let hasher = SHA256()
        return try result.rows.compactMap { row in
            let digest = ContentDigest.of(
                canonicalPayload: try row.text(2).utf8,
                collection: collection,
                hasher: hasher
            )
            let isWithheld = retracted[digest] != nil
            guard try row.bool(3) != isWithheld else { return nil }
            return (ContributionKey(id: try row.patternID(0), origin: try row.node(1)), isWithheld)
        }
    }

    /// Notes which contributions cannot win because their content was retracted.
    func setWithheld(_ contributions: [(key: ContributionKey, isWithheld: Bool)]) throws {
        guard !contributions.isEmpty else { return }
        _ = try connection.execute(
            """
            UPDATE contributions AS c SET is_withheld = n.is_withheld
            FROM unnest(
                \(contributions.map(\.key.id.sql)), \(contributions.map(\.key.origin.text)),
                \(contributions.map(\.isWithheld))
            ) AS n (pattern_id, node, is_withheld)
            WHERE c.collection = \(collection.text) AND c.pattern_id = n.pattern_id AND c.node = n.node
            """
        )
    }
}
