import Digest
package import Federation
import Postgres

/// Takes in the entries of a snapshot as if a node had pushed them.
///
/// What is word for word what its origin said is passed on by a node of role hub, with the number that the origin gave
/// it. Everything else is what the node itself says.
package struct SnapshotIntake: Sendable {
    private let store: Store
    private let node: EnrolledNode
    private let takenAt: Timestamp?
    private let isRehearsal: Bool
    private let now: @Sendable () -> Timestamp

    /// The intake of a snapshot made at `takenAt`, as `node`; a rehearsal keeps nothing.
    ///
    /// Without a number of its own, what `node` says counts as said at `takenAt`, so that an older snapshot cannot take
    /// the place of what was said since.
    package init(
        _ store: Store,
        as node: EnrolledNode,
        takenAt: Timestamp?,
        isRehearsal: Bool,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.store = store
        self.node = node
        self.takenAt = takenAt.map { min($0, now()) }
        self.isRehearsal = isRehearsal
        self.now = now
    }

    /// Takes in one batch; returns what became of each entry, in their order.
    ///
    /// Throws as ``Store/ingest(_:from:into:now:)`` does.
    package func take(_ batch: SnapshotBatch) async throws -> [SnapshotVerdict] {
        let now = now()
        let collection = batch.collection
        let keys = batch.entries.map { key(of: $0) }
        let known = try await store.versions(of: keys.compactMap { $0 }, in: collection)
        let policy = try await store.policy(of: collection)
        var verdicts = [Verdict](repeating: .unchanged, count: batch.entries.count)
        var admitted: [(index: Int, line: SnapshotLine, item: AdmittedItem)] = []
        var refused: [QuarantinedItem] = []
        let hasher = SHA256()
        for (index, entry) in batch.entries.enumerated() {
            switch entry.content {
            case .refused(let id, let refusal, let body, let length):
                verdicts[index] = .refused(refusal)
                refused.append(
                    QuarantinedItem(collection: collection, id: id, refusal: refusal, body: body, bodyLength: length)
                )
            case .item(let item):
                let line = SnapshotLine(item, of: node, takenAt: takenAt, known: keys[index].flatMap { known[$0] })
                guard let line else { continue }
                do throws(Refusal) {
                    let item = try line.admit(as: node, under: policy, now: now, hasher: hasher)
                    admitted.append((index, line, item))
                } catch {
                    verdicts[index] = .refused(error)
                    refused.append(line.quarantined(error, in: collection))
                }
            }
        }
        let echoes = try await store.echoes(among: admitted.map(\.item), of: node.name, in: collection)
        let novel = admitted.indices.filter { !echoes.contains($0) }.map { admitted[$0] }
        for items in [novel.filter { !$0.item.isRelayed }, novel.filter(\.item.isRelayed)] where !items.isEmpty {
            let found = try await join(items.map(\.item), into: collection, now: now)
            for (item, verdict) in zip(items, found) {
                verdicts[item.index] = verdict
                guard case .refused(let refusal) = verdict else { continue }
                refused.append(item.line.quarantined(refusal, in: collection))
            }
        }
        if !isRehearsal { _ = try await store.quarantine(refused, of: node.name, now: now) }
        return batch.entries.indices.map { index in
            let id =
                switch batch.entries[index].content {
                case .item(let item): item.id as PatternID?
                case .refused(let id, _, _, _): id
                }
            return SnapshotVerdict(
                place: batch.entries[index].place,
                id: id,
                verdict: verdicts[index],
                isChange: keys[index].map { known[$0] != nil } ?? false
            )
        }
    }

    /// Whose statement an entry would become.
    private func key(of entry: SnapshotBatch.Entry) -> ContributionKey? {
        guard case .item(let item) = entry.content else { return nil }
        let isRelayed = SnapshotLine.isRelayed(item, by: node)
        return ContributionKey(id: item.id, origin: isRelayed ? item.identity.origin ?? node.name : node.name)
    }

    private func join(
        _ items: [AdmittedItem],
        into collection: CollectionName,
        now: Timestamp
    ) async throws -> [Verdict] {
        let relay = items.first?.isRelayed == true
        if isRehearsal {
            return try await store.rehearse(items, by: relay ? node.name : nil, from: node, into: collection, now: now)
        }
        let outcome =
            relay
            ? try await store.relay(items, by: node.name, from: node, into: collection, now: now)
            : try await store.ingest(items, from: node, into: collection, now: now)
        return outcome.verdicts
    }
}
