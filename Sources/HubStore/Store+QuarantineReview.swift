import Digest
package import Federation
import JSON
import Postgres

/// Which refused items are meant; a part that is absent matches all.
package struct QuarantineSelection: Sendable {
    package var numbers: [Int64]?
    package var node: NodeName?
    package var collection: CollectionName?
    package var code: RefusalCode?

    package init(
        numbers: [Int64]? = nil,
        node: NodeName? = nil,
        collection: CollectionName? = nil,
        code: RefusalCode? = nil
    ) {
        self.numbers = numbers
        self.node = node
        self.collection = collection
        self.code = code
    }
}

/// What became of a refused item that was admitted again.
package struct ReleasedItem: Sendable {
    package var number: Int64
    package var id: PatternID?
    package var verdict: Verdict
}

extension Store {
    /// Items released in one transaction.
    private static let releaseStep: Int64 = 200

    /// Refused items, the last first, at most `limit`.
    package func quarantined(_ selection: QuarantineSelection, limit: Int64) async throws -> [QuarantineEntry] {
        try await pool.read { try Store.quarantined(selection, after: nil, limit: limit, $0) }
    }

    /// Removes refused items; returns how many.
    package func discard(_ selection: QuarantineSelection) async throws -> Int {
        try await pool.write { connection in
            try connection.execute(
                """
                DELETE FROM quarantine
                WHERE (\(optional: selection.numbers)::bigint[] IS NULL OR number = ANY(\(optional: selection.numbers)))
                    AND (\(optional: selection.node?.text)::text IS NULL OR node = \(optional: selection.node?.text))
                    AND (\(optional: selection.collection?.text)::text IS NULL
                        OR collection = \(optional: selection.collection?.text))
                    AND (\(optional: selection.code?.rawValue)::text IS NULL
                        OR code = \(optional: selection.code?.rawValue))
                """
            ).affectedRows
        }
    }

    /// Admits refused items again, as if their nodes had sent them when they were last refused: what is acceptable now
    /// is kept and leaves quarantine, what is not stays.
    package func release(
        _ selection: QuarantineSelection,
        now: @Sendable () -> Timestamp
    ) async throws -> [ReleasedItem] {
        var released: [ReleasedItem] = []
        var position: Int64? = 0
        while let after = position {
            let entries = try await pool.read {
                try Store.quarantined(selection, after: after, limit: Store.releaseStep, $0)
            }
            position = entries.count == Int(Store.releaseStep) ? entries.last?.number : nil
            let groups = Dictionary(grouping: entries) { Sender(node: $0.node, collection: $0.item.collection) }
            for (sender, items) in groups.sorted(by: { $0.key < $1.key }) {
                released += try await release(items, of: sender, now: now())
            }
        }
        return released
    }

    /// Admits again what was refused because it was retracted, and is not any more; returns what came back.
    package func releaseRetracted(
        in collection: CollectionName,
        now: @Sendable () -> Timestamp
    ) async throws -> [ReleasedItem] {
        try await release(QuarantineSelection(collection: collection, code: .retracted), now: now).filter { item in
            if case .refused = item.verdict { false } else { true }
        }
    }

    /// Whose items are admitted together.
    private struct Sender: Hashable, Comparable {
        var node: NodeName
        var collection: CollectionName

        static func < (left: Sender, right: Sender) -> Bool {
            (left.node, left.collection) < (right.node, right.collection)
        }
    }

    private func release(_ entries: [QuarantineEntry], of sender: Sender, now: Timestamp) async throws -> [ReleasedItem]
    {
        let enrolled = try await node(named: sender.node).flatMap { $0.revokedAt == nil ? $0 : nil }
        let isUpstream = try await upstreams().contains { $0.hubName == sender.node }
        guard enrolled != nil || isUpstream else {
            let refusal = Refusal(.originNotPermitted, "node '\(sender.node)' is not enrolled any more")
            return entries.map { ReleasedItem(number: $0.number, id: $0.item.id, verdict: .refused(refusal)) }
        }
        let policy = try await policy(of: sender.collection)
        var verdicts: [Int64: Verdict] = [:]
        var admitted: [(number: Int64, item: AdmittedItem)] = []
        for entry in entries {
            do throws(Refusal) {
                let item = try entry.admit(as: enrolled, isUpstream: isUpstream, under: policy, now: now)
                admitted.append((entry.number, item))
            } catch { verdicts[entry.number] = .refused(error) }
        }
        let overtaken = try await saidMoreSince(admitted.map(\.item), in: sender.collection)
        for index in overtaken { verdicts[admitted[index].number] = .stale }
        admitted = admitted.indices.filter { !overtaken.contains($0) }.map { admitted[$0] }
        let own = admitted.filter { !$0.item.isRelayed }
        if !own.isEmpty {
            let outcome = try await ingest(own.map(\.item), from: enrolled, into: sender.collection, now: now)
            for (item, verdict) in zip(own, outcome.verdicts) { verdicts[item.number] = verdict }
        }
        let relayed = admitted.filter(\.item.isRelayed)
        if !relayed.isEmpty {
            let outcome = try await relay(
                relayed.map(\.item),
                by: sender.node,
                from: enrolled?.role == .hub ? enrolled : nil,
                into: sender.collection,
                now: now
            )
            for (item, verdict) in zip(relayed, outcome.verdicts) { verdicts[item.number] = verdict }
        }
        // Where there is no text to judge, the reason that there is stays.
        let judged = Set(entries.filter(\.hasText).map(\.number))
        try await settle(verdicts.filter { judged.contains($0.key) })
        return entries.map {
            ReleasedItem(number: $0.number, id: $0.item.id, verdict: verdicts[$0.number] ?? .unchanged)
        }
    }

    /// The positions of those `items` without a number of their own whose origin has said something since.
    private func saidMoreSince(_ items: [AdmittedItem], in collection: CollectionName) async throws -> Set<Int> {
        let unnumbered = items.indices.filter { items[$0].saidAt != nil }
        guard !unnumbered.isEmpty else { return [] }
        return try await pool.withConnection { connection in
            let contributions = unnumbered.map { items[$0].contribution }
            let result = try connection.execute(
                """
                SELECT k.position FROM unnest(
                    \(unnumbered.map(Int64.init)), \(contributions.map(\.id.sql)), \(contributions.map(\.origin.text)),
                    \(unnumbered.compactMap { items[$0].saidAt?.sql })
                ) AS k (position, pattern_id, node, said_at)
                JOIN contributions AS c ON c.collection = \(collection.text) AND c.pattern_id = k.pattern_id
                    AND c.node = k.node AND c.received_at > k.said_at
                """
            )
            return Set(try result.rows.map { Int(try $0.int64(0)) })
        }
    }

    /// Removes what was kept, and notes why the rest was refused again.
    private func settle(_ verdicts: [Int64: Verdict]) async throws {
        try await pool.write { connection in
            for (number, verdict) in verdicts.sorted(by: { $0.key < $1.key }) {
                guard case .refused(let refusal) = verdict else {
                    _ = try connection.execute("DELETE FROM quarantine WHERE number = \(number)")
                    continue
                }
                _ = try connection.execute(
                    """
                    UPDATE quarantine AS q SET code = \(refusal.code.rawValue), detail = \(refusal.detail)
                    WHERE number = \(number) AND NOT EXISTS (
                        SELECT FROM quarantine AS o
                        WHERE o.node = q.node AND o.collection = q.collection AND o.code = \(refusal.code.rawValue)
                            AND o.body_digest = q.body_digest AND o.number <> q.number
                    )
                    """
                )
            }
        }
    }
}

extension QuarantineEntry {
    /// Whether the whole item is kept.
    fileprivate var hasText: Bool { item.bodyLength == Int64(item.body.count) }

    /// Whether the item names, as only what hubs pass on does, the incarnation of its origin.
    private var isPassedOn: Bool {
        (try? JSONDocument(parsing: item.body))?.root["incarnation"] != nil
    }

    /// The item as what `node` sent or, of an upstream, passed on; throws a ``Refusal``.
    ///
    /// Without a number of its own it is numbered by when it was refused: it must not take the place of what the node
    /// said since.
    fileprivate func admit(
        as node: EnrolledNode?,
        isUpstream: Bool,
        under policy: CollectionPolicy,
        now: Timestamp
    ) throws(Refusal) -> AdmittedItem {
        // An upstream may have the name of a node here, which then speaks for itself alone.
        let speaker = isUpstream && node?.role != .hub && isPassedOn ? nil : node
        if let speaker, lastRefusedAt < speaker.enrolledAt {
            throw Refusal(
                .originNotPermitted,
                "the item was sent under an earlier enrolment of '\(speaker.name)', which may have been left out"
            )
        }
        guard hasText else {
            throw Refusal(
                item.refusal.code,
                "the item's text is not kept (\(item.body.count) of \(item.bodyLength) bytes), so only its node can send it again"
            )
        }
        let admission =
            if let speaker {
                Admission(of: speaker, under: policy, now: now, hasher: SHA256(), numberedAt: lastRefusedAt)
            } else {
                Admission(of: policy, relayedBy: self.node, now: now, hasher: SHA256())
            }
        var id: PatternID?
        return try admission.admit(item.body, id: &id)
    }
}
