import Federation
import HubStore
import Logging
import Replication

extension LinkPuller {
    /// Finds out what is to be compared: everything, unless the histories of both hubs are those between which agreement
    /// was found before; then lets pushing go on with what is not.
    func agree(_ manifest: ManifestDocument, _ name: NodeName) throws {
        let (store, url, now) = (hub.store, link.upstream.url, hub.now())
        let own = try BlockingCall.result { try await store.currentIdentity() }
        guard own.hub != manifest.identity.hub else {
            throw ReplicationError(
                .configuration,
                "\(link.endpoint) is this hub itself; remove it with `tributary-hub upstream remove \(url)`"
            )
        }
        let contact = UpstreamContact(identity: manifest.identity, own: own, name: name, collections: [])
        if let (known, _) = link.state.contact, known.identity == contact.identity, known.own == own, known.name == name
        {
            letPush(contact, manifest)
            return
        }
        link.state.set(nil)
        let identity = manifest.identity
        let upstreams = try BlockingCall.result {
            try await store.noteContact(with: url, identity: identity, name: name, now: now)
            return try await store.upstreams()
        }
        guard let upstream = upstreams.first(where: { $0.url == url }) else {
            throw ReplicationError(.configuration, "the upstream \(url) was removed")
        }
        try checkNamesakes(of: name, upstreams, identity)
        let positions = try link.positions()
        // Of hubs that never exchanged anything nothing is compared: both feeds are read from their beginning, also what
        // another hub passed on that had this one's name there before it. Until that is done there is no agreement.
        let isFirst = upstream.epoch == nil && positions.allSatisfy { $0.number == 0 }
        let agrees = upstream.epoch == identity.epoch && upstream.ownEpoch == own.epoch
        let collections = Set(try link.travelling(manifest).entries.map(\.policy.collection))
        unread = isFirst ? collections : []
        awaited = unread
        uncompared = !isFirst && (!agrees || mustCompare) ? collections : []
        if !uncompared.isEmpty {
            hub.logger.notice("comparing with an upstream", metadata: ["url": .string(url)])
        }
        (mustNoteAgreement, mustCompare) = (!agrees, false)
        failing = FailingCollections()
        reported = [:]
        try readCursors()
        letPush(contact, manifest)
    }

    /// Compares what both hubs hold of one collection where that is to be done; returns whether it was.
    func compare(_ entry: ManifestDocument.Entry, _ name: NodeName, _ client: HubClient) throws -> Bool {
        guard uncompared.contains(entry.policy.collection) else { return false }
        try UpstreamComparison(link: link, name: name, client: client).run(entry)
        uncompared.remove(entry.policy.collection)
        try readCursors()
        return true
    }

    /// Lets the collections of `manifest` be pushed that need not be compared or read before.
    func letPush(_ contact: UpstreamContact, _ manifest: ManifestDocument) {
        var contact = contact
        contact.collections = Set(manifest.entries.map(\.policy.collection)).subtracting(uncompared).subtracting(
            awaited
        )
        link.state.set(contact)
    }

    /// Notes that both hubs agree, once everything was read or compared.
    func noteAgreement(_ identity: HubIdentity) throws {
        guard mustNoteAgreement, unread.isEmpty, uncompared.isEmpty, let own = link.state.contact?.0.own else { return }
        let (store, url) = (hub.store, link.upstream.url)
        try BlockingCall.result {
            try await store.noteAgreement(with: url, epoch: identity.epoch, ownEpoch: own.epoch)
        }
        mustNoteAgreement = false
    }

    /// Goes on behind the positions that are stored.
    private func readCursors() throws {
        cursors = [:]
        for position in try link.positions() where position.direction == .pull {
            cursors[position.feed, default: [:]][position.collection] = position.cursor
        }
    }

    /// What a hub below passed on has that hub's name there at the end of its path, and would be kept from the upstream as
    /// its own.
    private func checkNodes(called name: NodeName, _ identity: HubIdentity) throws {
        let store = hub.store
        let isAnother = try BlockingCall.result { try await store.isEnrolled(name, asOtherHubThan: identity.hub) }
        guard isAnother else { return }
        throw ReplicationError(
            .configuration,
            Upstream.nodeCalled(name, asUpstreamAt: link.endpoint.text)
        )
    }

    /// Two hubs under one name in paths would be taken for one: what one of them passed on would never reach the other.
    private func checkNamesakes(
        of name: NodeName,
        _ upstreams: [Upstream],
        _ identity: HubIdentity
    ) throws {
        let namesake = upstreams.first { $0.hubName == name && $0.hubID != nil && $0.hubID != identity.hub }
        guard let namesake else { return try checkNodes(called: name, identity) }
        throw ReplicationError(
            .configuration,
            "both \(link.endpoint) and \(namesake.url) call themselves \(name), so that what one of them passed on would"
                + " be kept from the other; give one of them another name with `tributary-hub serve --name`"
        )
    }
}
