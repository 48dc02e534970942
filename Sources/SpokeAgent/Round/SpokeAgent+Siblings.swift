internal import Federation
internal import Replication

/// One node at several hubs.
extension SpokeAgent {
    /// Has what this node said at other hubs be looked at again; to be called when this hub comes into use.
    package func resume() { caughtUp.removeAll() }

    /// Learns what this node said of a collection at other hubs, before anything is offered here.
    ///
    /// This hub may have heard of it by way of the others, so its own record is read first; what it lacks is offered under
    /// the number it has.
    func catchUp(_ entry: ManifestDocument.Entry, _ number: Int64) throws {
        let collection = entry.policy.collection
        guard !siblings.isEmpty, !caughtUp.contains(collection) else { return }
        _ = try readStatements(entry, since: state.statementsCursor(of: number))
        let latest = environment.now().adding(seconds: Limits.clockAheadSeconds)
        for sibling in siblings {
            _ = try state.adoptStatements(from: sibling, of: collection, upTo: latest)
        }
        caughtUp.insert(collection)
    }

    /// Why this node says nothing to this hub, with what to do about it; `nil` where it may speak.
    ///
    /// A statement under a greater incarnation wins for ever over those under a smaller one. So a node that was enrolled
    /// at its hubs without regard to each other may speak at one of them alone: the most preferred one.
    func silence(_ manifest: ManifestDocument) throws -> String? {
        for other in siblings.prefix(rank) {
            guard let incarnation = try other.incarnation() else { continue }
            guard incarnation != manifest.incarnation else { return nil }
            let endpoint = try other.endpoint() ?? "another hub"
            let (lower, higher) =
                incarnation < manifest.incarnation
                ? (endpoint, Int64(manifest.incarnation)) : (settings.endpoint.text, incarnation)
            return
                "nothing is said to \(settings.endpoint): \(settings.node) has incarnation \(manifest.incarnation) there"
                + " and \(incarnation) at \(endpoint), so what it says at the one would stand for ever over what it"
                + " says at the other. Have the operator of \(lower) enrol it anew: tributary-hub node revoke"
                + " \(settings.node), then tributary-hub node add \(settings.node) --incarnation \(higher)"
        }
        return nil
    }
}
