import Federation
import HubStore
import Logging

/// Items of a push that are stored in one transaction.
struct PushBatch: Sendable {
    private var items: [AdmittedItem] = []
    private var itemLines: [Int64] = []
    private var refused: [QuarantinedItem] = []
    private var refusedLines: [Int64] = []
    private var bytes = 0
    private let greatestCount: Int

    /// A batch of at most so many items.
    init(greatestCount: Int) {
        self.greatestCount = greatestCount
    }

    var isEmpty: Bool { items.isEmpty && refused.isEmpty }

    var isFull: Bool {
        items.count + refused.count >= greatestCount || bytes >= Limits.batchBytes
    }

    mutating func append(_ item: AdmittedItem, line: Int64) {
        let content = item.contribution.content
        bytes += (content?.payload.count ?? 0) + (content?.vector?.bytes.count ?? 0)
        items.append(item)
        itemLines.append(line)
    }

    mutating func append(_ item: QuarantinedItem, line: Int64) {
        bytes += item.body.count
        refused.append(item)
        refusedLines.append(line)
    }

    /// Stores the batch and says what became of every item.
    func store(in hub: Hub, node: EnrolledNode, collection: CollectionName) async throws -> StoredBatch {
        var stored = StoredBatch()
        var quarantined = zip(refused, refusedLines).map { ($0, $1) }
        let echoes = try await hub.store.echoes(among: items, of: node.name, in: collection)
        let novel = items.indices.filter { !echoes.contains($0) }
        for index in echoes {
            stored.lines.append(line(itemLines[index], items[index].contribution.id, .unchanged))
        }
        // What a hub says itself, and what it passes on.
        for indices in [novel.filter { !items[$0].isRelayed }, novel.filter { items[$0].isRelayed }]
        where !indices.isEmpty {
            let outcome = try await store(indices, in: hub, node: node, collection: collection)
            stored.cursor = outcome.cursor
            for (index, verdict) in zip(indices, outcome.verdicts) {
                let contribution = items[index].contribution
                if case .refused(let refusal) = verdict {
                    quarantined.append((refusedItem(items[index], refusal, collection), itemLines[index]))
                } else {
                    stored.lines.append(line(itemLines[index], contribution.id, verdict))
                }
            }
        }
        for (item, number) in quarantined { stored.lines.append(line(number, item.id, .refused(item.refusal))) }
        try await keep(quarantined.map(\.0), of: node, in: hub)
        return stored
    }

    /// Stores the items at `indices`, which are all of one kind.
    private func store(
        _ indices: [Int],
        in hub: Hub,
        node: EnrolledNode,
        collection: CollectionName
    ) async throws -> IngestOutcome {
        let some = indices.count == items.count ? items : indices.map { items[$0] }
        let outcome =
            if some.first?.isRelayed == true {
                try await hub.store.relay(some, by: node.name, from: node, into: collection, now: hub.now())
            } else {
                try await hub.store.ingest(some, from: node, into: collection, now: hub.now())
            }
        if let settling = outcome.settling { hub.metrics.add(settling) }
        for fork in outcome.forks.prefix(1) {
            hub.logger.error(
                "two machines share one identity: the same revision came with different contents",
                metadata: [
                    "node": .string(fork.origin.text), "relay": .string(node.name.text),
                    "collection": .string(collection.text), "patterns": .stringConvertible(outcome.forks.count),
                ]
            )
        }
        return outcome
    }

    private func line(_ number: Int64, _ id: PatternID?, _ verdict: Verdict) -> PushReport.Line {
        PushReport.Line(line: number, id: id, verdict: verdict)
    }

    /// What was refused in view of what is stored, as its sender would send it again, because its sent form is gone.
    private func refusedItem(
        _ item: AdmittedItem,
        _ refusal: Refusal,
        _ collection: CollectionName
    ) -> QuarantinedItem {
        let contribution = item.contribution
        if item.isRelayed { return QuarantinedItem(relayed: contribution, into: collection, refusal: refusal) }
        let revision = item.isNumbered ? contribution.version.revision : nil
        var body: [UInt8] = []
        if let content = contribution.content {
            PushLine.append(
                id: contribution.id,
                revision: revision,
                checksum: contribution.version.checksum,
                payload: content.payload,
                vector: content.vector,
                to: &body
            )
        } else {
            PushLine.appendRetraction(id: contribution.id, revision: revision, to: &body)
        }
        body.removeLast()
        return QuarantinedItem(
            collection: collection,
            id: contribution.id,
            refusal: refusal,
            body: Array(body.prefix(Limits.quarantineBodyBytes)),
            bodyLength: Int64(body.count)
        )
    }

    private func keep(_ items: [QuarantinedItem], of node: EnrolledNode, in hub: Hub) async throws {
        guard !items.isEmpty else { return }
        let evicted = try await hub.store.quarantine(items, of: node.name, now: hub.now())
        hub.metrics.add("tributary_quarantine_evicted_total", ["node": node.name.text], amount: Int64(evicted))
        for item in items {
            hub.metrics.add("tributary_refused_items_total", ["code": item.refusal.code.rawValue])
        }
        if items.contains(where: { $0.refusal.code == .revisionFork }) {
            hub.logger.error(
                "two machines share one identity: the same revision came with different contents",
                metadata: ["node": .string(node.name.text), "incarnation": .stringConvertible(node.incarnation)]
            )
        }
    }
}

/// What became of a batch.
struct StoredBatch: Sendable {
    var lines: [PushReport.Line] = []
    /// The position of the batch in the contributions feed.
    var cursor: String?
}
