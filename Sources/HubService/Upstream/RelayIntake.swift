import Digest
import Federation
import HubStore
import JSON
import Replication

/// Takes in what an upstream passes on: admits line by line and stores batch by batch.
///
/// What cannot be admitted is kept in quarantine under the upstream's name, and holds up nothing.
final class RelayIntake {
    private let hub: Hub
    private let collection: CollectionName
    /// The upstream's name in paths.
    private let relay: NodeName
    private let greatestCount: Int
    private let policy: CollectionPolicy
    private var admission: Admission
    private var items: [AdmittedItem] = []
    private var refused: [QuarantinedItem] = []
    private var bytes = 0
    /// Statements that were new and are not counted in a position yet.
    private var uncounted: Int64 = 0
    /// Whether something was refused that may be taken later as it is.
    private(set) var hasRefusedForNow = false

    init(hub: Hub, policy: CollectionPolicy, relay: NodeName) {
        self.hub = hub
        self.policy = policy
        self.relay = relay
        collection = policy.collection
        greatestCount = policy.strategy.batchItems
        admission = Admission(of: policy, relayedBy: relay, now: hub.now(), hasher: SHA256())
    }

    /// Begins anew, with the present time.
    func begin() {
        discard()
        admission = Admission(of: policy, relayedBy: relay, now: hub.now(), hasher: SHA256())
    }

    /// Takes one line; stores a whole batch without a position.
    func take(_ line: FeedLine, raw: RecordSlice) throws {
        bytes += raw.length
        var id: PatternID?
        do throws(Refusal) {
            let item = try admission.admit(raw, id: &id)
            guard item.contribution.version == line.provenance?.version else {
                throw Refusal(.checksumMismatch, "the vector is not the one of the digest sent with it")
            }
            items.append(item)
        } catch {
            noteRetry(after: error)
            refused.append(
                QuarantinedItem(
                    collection: collection,
                    id: id,
                    refusal: error,
                    body: Array(raw.bytes.prefix(Limits.quarantineBodyBytes)),
                    bodyLength: Int64(raw.length)
                )
            )
        }
        if items.count + refused.count >= greatestCount || bytes >= Limits.batchBytes { try store(position: nil) }
    }

    /// Stores what was taken, and with it `position`.
    func store(position: UpstreamPosition?) throws {
        let (hub, items, collection, relay, now) = (hub, items, collection, relay, hub.now())
        var position = position
        position?.items += uncounted
        let saved = position
        if !items.isEmpty || position != nil {
            let outcome = try BlockingCall.result {
                try await hub.store.relay(items, by: relay, into: collection, position: saved, now: now)
            }
            let accepted = Int64(outcome.verdicts.count { $0 == .accepted })
            uncounted = saved == nil ? uncounted + accepted : 0
            for (item, verdict) in zip(items, outcome.verdicts) {
                guard case .refused(let refusal) = verdict else { continue }
                noteRetry(after: refusal)
                refused.append(
                    QuarantinedItem(relayed: item.contribution, into: collection, refusal: refusal)
                )
            }
            if let settling = outcome.settling { hub.metrics.add(settling) }
            hub.countPulled(accepted, of: outcome.verdicts.count, in: collection)
        }
        let refused = refused
        if !refused.isEmpty {
            _ = try BlockingCall.result { try await hub.store.quarantine(refused, of: relay, now: now) }
            for item in refused {
                hub.metrics.add("tributary_refused_items_total", ["code": item.refusal.code.rawValue])
            }
        }
        discard()
    }

    /// Forgets what was taken and not stored.
    func discard() {
        items = []
        refused = []
        bytes = 0
    }

    private func noteRetry(after refusal: Refusal) {
        // What does not match its checksum may have been damaged on the way, and come whole the next time.
        if refusal.code.isRetryable || refusal.code == .checksumMismatch { hasRefusedForNow = true }
    }
}

extension Hub {
    /// Counts what became of pulled statements.
    fileprivate func countPulled(_ accepted: Int64, of count: Int, in collection: CollectionName) {
        for (novelty, amount) in [("new", accepted), ("known", Int64(count) - accepted)] {
            metrics.add(
                "tributary_pulled_items_total",
                ["collection": collection.text, "novelty": novelty],
                amount: amount
            )
        }
    }
}
