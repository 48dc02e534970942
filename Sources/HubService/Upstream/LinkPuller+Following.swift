import Federation
import HubStore
import Logging
import Replication

extension LinkPuller {
    /// Has this hub hold what the upstream holds, collection by collection; what is wrong with one alone is noted, and
    /// holds up no other.
    func follow(_ manifest: ManifestDocument, _ name: NodeName, _ client: HubClient) throws {
        let (entries, leftOut) = try link.travelling(manifest)
        let present = Set(entries.map(\.policy.collection))
        let byName = Dictionary(entries.map { ($0.policy.collection, $0) }, uniquingKeysWith: { $1 })
        failing.keep(only: present)
        (unread, uncompared) = (unread.intersection(present), uncompared.intersection(present))
        var hasFailed = false
        for collection in failing.order(of: entries.map(\.policy.collection)) where failing.isDue(collection, .now) {
            guard let entry = byName[collection] else { continue }
            let wentWell = try link.trying(collection, &failing, client) { try hold(entry, name, manifest, client) }
            if !wentWell { hasFailed = true }
            // What cannot be read can be pushed all the same.
            letPush(collection, manifest)
        }
        if hasFailed, let error = failing.error { link.state.failed(.pull, error) }
        try noteAgreement(manifest.identity)
        self.leftOut = leftOut
    }

    /// Lets `collection` be pushed if it was awaited.
    private func letPush(_ collection: CollectionName, _ manifest: ManifestDocument) {
        guard awaited.remove(collection) != nil, let (contact, _) = link.state.contact else { return }
        letPush(contact, manifest)
    }

    /// Compares one collection where that is to be done, and pulls what is new of it.
    private func hold(
        _ entry: ManifestDocument.Entry,
        _ name: NodeName,
        _ manifest: ManifestDocument,
        _ client: HubClient
    ) throws {
        let collection = entry.policy.collection
        let wasCompared = try compare(entry, name, client)
        if wasCompared, let (contact, _) = link.state.contact { letPush(contact, manifest) }
        do {
            try follow(entry, name, client)
        } catch let error as ReplicationError where error.kind == .cursorReset || error.kind == .cursorUnusable {
            uncompared.insert(collection)
            if let (contact, _) = link.state.contact { letPush(contact, manifest) }
            // Once without a pause: what is wrong shows itself in the comparison.
            guard !wasCompared else { throw error }
            mustAskAnew = true
            return
        }
        unread.remove(collection)
    }

    private func follow(_ entry: ManifestDocument.Entry, _ name: NodeName, _ client: HubClient) throws {
        let collection = entry.policy.collection
        // Decisions first: a text that was said again after its erasure was lifted comes behind both.
        let failure = try link.failure {
            guard let head = entry.resolutions?.cursor, head != cursors[.resolutions]?[collection] else { return }
            _ = try link.localPolicy(entry.policy)
            try noting(head, of: .resolutions, collection) { try pullResolutions(of: collection, name, client) }
        }
        if let head = entry.contributions?.cursor, head != cursors[.contributions]?[collection] {
            try noting(head, of: .contributions, collection) {
                let intake = RelayIntake(hub: hub, policy: try link.localPolicy(entry.policy), relay: name)
                let target = RelayTarget(
                    intake: intake,
                    url: link.upstream.url,
                    cursor: cursors[.contributions]?[collection]
                )
                defer { cursors[.contributions, default: [:]][collection] = target.cursor }
                var tally = PullTally()
                let feed = PullCycle.Feed.contributions(withEchoes: unread.contains(collection) || target.cursor == nil)
                try PullCycle(client: client, collection: collection, feed: feed).run(into: target, &tally)
                if intake.hasRefusedForNow { link.state.compare(in: link.syncInterval) }
            }
        }
        if let failure { throw failure }
        // By this the upstream's operator sees how far a retraction has come.
        if let cursor = cursors[.resolutions]?[collection], cursor != reported[collection] {
            _ = try client.retrying { try client.reportApplied(cursor, of: collection) }
            reported[collection] = cursor
        }
    }

    private func pullResolutions(of collection: CollectionName, _ name: NodeName, _ client: HubClient) throws {
        let (store, now) = (hub.store, hub.now)
        for _ in 0..<TransferLimits.pullAnswers {
            let since = cursors[.resolutions]?[collection]
            let portion = try client.retrying { try client.resolutions(of: collection, since: since) }
            if portion.unreadable > 0 {
                hub.logger.warning(
                    "resolutions were not taken",
                    metadata: [
                        "url": .string(link.upstream.url), "collection": .string(collection.text),
                        "count": .stringConvertible(portion.unreadable), "reason": .string(portion.reason ?? ""),
                    ]
                )
            }
            guard !portion.hasMore || portion.cursor != since else {
                throw ReplicationError(
                    .integrity,
                    "\(link.endpoint) promises more resolutions about \(collection) but does not get on; verify its store"
                )
            }
            let number = Cursor(portion.cursor)?.number ?? 0
            let position = link.position(collection, .resolutions, .pull, number: number, cursor: portion.cursor)
            _ = try BlockingCall.result {
                try await store.relay(portion.resolutions, by: name, into: collection, position: position, now: now)
            }
            cursors[.resolutions, default: [:]][collection] = portion.cursor
            guard portion.hasMore else { return }
        }
        throw ReplicationError(
            .integrity,
            "after \(TransferLimits.pullAnswers) answers \(link.endpoint) still promises more resolutions about"
                + " \(collection); what came is kept, and the next round goes on behind it"
        )
    }

    /// Runs `body`; where it fails, notes how far the upstream's feed has come, so that the status shows what is missing.
    private func noting(
        _ head: String,
        of feed: UpstreamPosition.Feed,
        _ collection: CollectionName,
        _ body: () throws -> Void
    ) throws {
        do {
            try body()
        } catch {
            let (store, url, now, number) = (hub.store, link.upstream.url, hub.now(), Cursor(head)?.number ?? 0)
            // What led here is the error to report.
            try? BlockingCall.result {
                try await store.noteHead(of: url, collection: collection, feed: feed, number: number, now: now)
            }
            throw error
        }
    }
}
