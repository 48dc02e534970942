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
        let upstream = try BlockingCall.result {
            try await store.noteContact(with: url, identity: identity, name: name, now: now)
            return try await store.upstreams().first { $0.url == url }
        }
        guard let upstream else {
            throw ReplicationError(.configuration, "the upstream \(url) was removed")
        }
        let positions = try link.positions()
        // Of hubs that never exchanged anything nothing is compared: both feeds are read from their beginning.
        let isFirst = upstream.epoch == nil && positions.allSatisfy { $0.number == 0 }
        let agrees = upstream.epoch == identity.epoch && upstream.ownEpoch == own.epoch
        if !isFirst, !agrees || mustCompare {
            try UpstreamComparison(link: link, name: name, client: client).run(manifest)
        }
        if !agrees {
            try BlockingCall.result {
                try await store.noteAgreement(with: url, epoch: identity.epoch, ownEpoch: own.epoch)
            }
        }
        mustCompare = false
        cursors = [:]
        for position in try link.positions() where position.direction == .pull {
            cursors[position.feed, default: [:]][position.collection] = position.cursor
        }
        link.state.set(contact)
    }
}
