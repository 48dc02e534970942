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
        let present = try settlement.contents(of: id)
        let asked = RetractionRequest(alsoContent: alsoContent, erases: erases, ruling: ruling)
        if let standing = try standingRetraction(of: id, present, asked) {
            // Contents are named so that a run which was interrupted is gone on with.
            let contents = alsoContent ? Set(present.map(\.digest)).sorted() : []
            return RetractionOutcome(resolution: standing, stood: true, contents: contents)
        }
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

    /// What an operator asks to retract.
    private struct RetractionRequest {
        var alsoContent: Bool
        var erases: Bool
        var ruling: Ruling

        /// Whether `resolution` says as much for the same reason.
        func isMet(by resolution: Resolution?) -> Bool {
            guard let resolution, resolution.retracts else { return false }
            return resolution.reason == ruling.reason && (resolution.erases || !erases)
        }
    }

    /// The statement by which exactly what is `asked` stands already, for all contents that are `present`.
    private func standingRetraction(
        of id: PatternID,
        _ present: [PresentContent],
        _ asked: RetractionRequest
    ) throws -> Resolution? {
        let standing = try settlement.standingResolutions(of: [id], heads)
        guard let retraction = standing.patterns[id], asked.isMet(by: retraction) else { return nil }
        guard !asked.erases || !present.contains(where: \.hasText) else { return nil }
        guard retraction.covers(all: present.map(\.checksum)) else { return nil }
        let isMet = !asked.alsoContent || present.allSatisfy { asked.isMet(by: standing.contents[$0.digest]) }
        return isMet ? retraction : nil
    }

    mutating func lift(_ id: PatternID, ruling: Ruling) throws -> RetractionOutcome {
        let standing = try settlement.standingResolutions(of: [id], heads)
        let retraction = standing.patterns[id].flatMap { $0.retracts ? $0 : nil }
        let present = Set(try settlement.contents(of: id).map(\.digest))
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
        try eraseText(of: id, try settlement.contents(of: id))
    }

    private func eraseText(of id: PatternID, _ present: [PresentContent]) throws {
        let erasure = Erasure(connection: settlement.connection, collection: settlement.collection)
        try erasure.erase(id)
        let digests = present.map { ($0.checksum, $0.digest) }
        try erasure.remember(Dictionary(digests) { first, _ in first }, of: id)
    }

    private func checkRoom(for count: Int) throws {
        // Those of other hubs must not keep this one's operator from retracting.
        let own = try Store.identity(connection).hub
        let present = try settlement.retractedContents().values.count { $0.origin.text == own }
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

    /// Withholds, or lets win again, the next contributions behind `key` as their contents' retractions say; `last` is
    /// `nil` when there are no more.
    mutating func followContents(
        after key: ContributionKey?
    ) throws -> (last: ContributionKey?, changes: [DecisionChange]) {
        let retracted = try settlement.retractedContents()
        let result = try settlement.connection.execute(
            """
            SELECT pattern_id, node, payload, is_withheld, content_digest FROM contributions
            WHERE collection = \(settlement.collection.text) AND (payload IS NOT NULL OR content_digest IS NOT NULL)
                AND (pattern_id, node) > (\(key?.id.sql ?? PostgresText(utf8: [])), \(key?.origin.text ?? ""))
            ORDER BY pattern_id, node LIMIT \(Self.stepRows)
            """
        )
        let moved = try settlement.outOfLine(result, retracted)
        return try move(moved, result)
    }

    /// Removes the text of the next contributions behind `key` whose content is one of `contents`; `last` is `nil` when
    /// there are no more.
    mutating func eraseContents(
        _ contents: Set<SHA256Digest>,
        after key: ContributionKey?
    ) throws -> (last: ContributionKey?, changes: [DecisionChange]) {
        let result = try settlement.connection.execute(
            """
            SELECT pattern_id, node, payload, is_withheld FROM contributions
            WHERE collection = \(settlement.collection.text) AND payload IS NOT NULL
                AND (pattern_id, node) > (\(key?.id.sql ?? PostgresText(utf8: [])), \(key?.origin.text ?? ""))
            ORDER BY pattern_id, node LIMIT \(Self.stepRows)
            """
        )
        let hasher = SHA256()
        let erasure = Erasure(connection: settlement.connection, collection: settlement.collection)
        var erased: [(key: ContributionKey, isWithheld: Bool)] = []
        for row in result.rows {
            let payload = try row.text(2).utf8
            let digest = ContentDigest.of(canonicalPayload: payload, collection: settlement.collection, hasher: hasher)
            guard contents.contains(digest) else { continue }
            let key = ContributionKey(id: try row.patternID(0), origin: try row.node(1))
            try erasure.erase(key, as: digest)
            erased.append((key, try row.bool(3)))
        }
        return try move(erased, result)
    }

    /// Has winners follow `moved`, some of the contributions of `result`, which are moved to the end of their feed.
    private mutating func move(
        _ moved: [(key: ContributionKey, isWithheld: Bool)],
        _ result: QueryResult
    ) throws -> (last: ContributionKey?, changes: [DecisionChange]) {
        try settlement.setWithheld(moved, heads: &heads)
        let ids = Array(Set(moved.map(\.key.id))).sorted()
        let changes = ids.isEmpty ? [] : try settlement.decideAnew(ids, policy: policy, heads: &heads)
        guard result.rowCount == Int(Self.stepRows), let last = result.last else { return (nil, changes) }
        return (ContributionKey(id: try last.patternID(0), origin: try last.node(1)), changes)
    }
}

extension SettlementTransaction {
    /// The rows (pattern, node, payload, withheld, content digest of what was erased) that are not withheld as the
    /// `retracted` contents say.
    func outOfLine(
        _ result: QueryResult,
        _ retracted: [SHA256Digest: Resolution]
    ) throws -> [(key: ContributionKey, isWithheld: Bool)] {
        let hasher = SHA256()
        return try result.rows.compactMap { row in
            let digest =
                try row.isNull(2)
                ? row.digest(4)
                : ContentDigest.of(canonicalPayload: row.text(2).utf8, collection: collection, hasher: hasher)
            let isWithheld = retracted[digest] != nil
            guard try row.bool(3) != isWithheld else { return nil }
            return (ContributionKey(id: try row.patternID(0), origin: try row.node(1)), isWithheld)
        }
    }

    /// Notes which contributions cannot win because their content was retracted, and moves them to the end of their feed,
    /// where their origins learn of it.
    func setWithheld(_ contributions: [(key: ContributionKey, isWithheld: Bool)], heads: inout FeedHeads) throws {
        guard !contributions.isEmpty else { return }
        let result = try connection.execute(
            """
            UPDATE contributions AS c
            SET is_withheld = n.is_withheld, feed_number = \(heads.contributions.number) + n.position
            FROM unnest(
                \(contributions.map(\.key.id.sql)), \(contributions.map(\.key.origin.text)),
                \(contributions.map(\.isWithheld))
            ) WITH ORDINALITY AS n (pattern_id, node, is_withheld, position)
            WHERE c.collection = \(collection.text) AND c.pattern_id = n.pattern_id AND c.node = n.node
            """
        )
        heads.contributions.number += Int64(result.affectedRows)
    }

    /// Moves the contributions to pattern `id` to the end of their feed, where their origins learn what was decided.
    func renumberContributions(to id: PatternID, heads: inout FeedHeads) throws {
        let result = try connection.execute(
            """
            UPDATE contributions AS c SET feed_number = n.number
            FROM (
                SELECT node, \(heads.contributions.number) + row_number() OVER (ORDER BY node) AS number
                FROM contributions WHERE collection = \(collection.text) AND pattern_id = \(id.sql)
            ) AS n
            WHERE c.collection = \(collection.text) AND c.pattern_id = \(id.sql) AND c.node = n.node
            """
        )
        heads.contributions.number += Int64(result.affectedRows)
    }
}
