import Federation
import HubStore
import Replication

extension LinkPuller {
    /// Has both hubs compared unless their histories are those between which agreement was found before; then lets
    /// pushing go on.
    func agree(_ manifest: ManifestDocument, _ name: NodeName, _ client: HubClient) throws {
        let (store, url, now) = (hub.store, link.upstream.url, hub.now())
        let own = try BlockingCall.result { try await store.currentIdentity() }
        guard own.hub != manifest.identity.hub else {
            throw ReplicationError(
                .configuration,
                "\(link.endpoint) is this hub itself; remove it with `tributary-hub upstream remove \(url)`"
            )
        }
        let contact = UpstreamContact(
            identity: manifest.identity,
            own: own,
            name: name,
            collections: Set(manifest.entries.map(\.policy.collection))
        )
        if let (known, _) = link.state.contact, known.identity == contact.identity, known.own == own, known.name == name
        {
            link.state.set(contact)
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
        if !isFirst, !agrees || mustCompare {
            try UpstreamComparison(link: link, name: name, client: client).run(manifest)
        }
        readsEverything = isFirst
        if !agrees, !isFirst {
            try BlockingCall.result {
                try await store.noteAgreement(with: url, epoch: identity.epoch, ownEpoch: own.epoch)
            }
        }
        mustCompare = false
        (cursors, reported) = ([:], [:])
        for position in try link.positions() where position.direction == .pull {
            cursors[position.feed, default: [:]][position.collection] = position.cursor
        }
        link.state.set(contact)
    }

    /// Notes that both hubs agree, once everything was read.
    func noteEverythingRead(_ identity: HubIdentity) throws {
        guard readsEverything, let own = link.state.contact?.0.own else { return }
        let (store, url) = (hub.store, link.upstream.url)
        try BlockingCall.result {
            try await store.noteAgreement(with: url, epoch: identity.epoch, ownEpoch: own.epoch)
        }
        readsEverything = false
    }

    /// Two hubs under one name in paths would be taken for one: what one of them passed on would never reach the other.
    private func checkNamesakes(
        of name: NodeName,
        _ upstreams: [Upstream],
        _ identity: HubIdentity
    ) throws(ReplicationError) {
        let namesake = upstreams.first { $0.hubName == name && $0.hubID != nil && $0.hubID != identity.hub }
        guard let namesake else { return }
        throw ReplicationError(
            .configuration,
            "both \(link.endpoint) and \(namesake.url) call themselves \(name), so that what one of them passed on would"
                + " be kept from the other; give one of them another name with `tributary-hub serve --name`"
        )
    }
}
