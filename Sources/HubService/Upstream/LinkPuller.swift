import Federation
import HubStore
import Replication

/// The thread of a link that pulls: as soon as the upstream has news, and at the latest every sync interval.
///
/// It also finds out whether the histories of both hubs are those that agreed before, and has them compared where not.
final class LinkPuller {
    /// Seconds that one long poll waits at most.
    private static let pollSeconds = 50
    /// Between questions to an upstream that answers at once, and the same as before.
    private static let idle = Backoff(first: .milliseconds(50), greatest: .seconds(2))

    let link: UpstreamLink
    private var heldClient: HubClient?
    /// What the upstream said last, once it was followed.
    private var followed: (manifest: ManifestDocument, entityTag: String?)?
    private var idleAnswers = 0
    /// Whether all collections are to be compared although the histories are those known.
    var mustCompare = false
    /// Collections that are to be compared before anything else is done with them.
    var uncompared: Set<CollectionName> = []
    /// Collections whose feeds are read from their beginning, with what this hub's name brought there.
    var unread: Set<CollectionName> = []
    /// Those of them that are not pushed before, so that nothing of it comes back as an echo.
    var awaited: Set<CollectionName> = []
    /// Whether it is to be noted that both histories agree, once nothing is uncompared or unread.
    var mustNoteAgreement = false
    /// Collections that fail by themselves.
    var failing = FailingCollections()
    /// Whether a position did not fit the upstream's history, so that its manifest is asked for anew.
    var mustAskAnew = false
    /// Cursors of the upstream's feeds up to which everything is held.
    var cursors: [UpstreamPosition.Feed: [CollectionName: String]] = [:]

    /// Up to where the upstream was told that what was decided there is known here.
    var reported: [CollectionName: String] = [:]
    /// Why some collections of the upstream are left out, which holds up no others.
    var leftOut: ReplicationError?
    /// When both hubs' digests are looked at.
    var schedule: ComparisonSchedule
    /// Whether both hubs hold the same contributions once nothing is on its way: nothing is left out by its value.
    let hasEqualDigests: Bool

    init(_ link: UpstreamLink) {
        self.link = link
        hasEqualDigests = link.upstream.minValue <= 0
        schedule = ComparisonSchedule(every: link.syncInterval, hasEqualDigests: hasEqualDigests, now: .now)
    }

    var hub: Hub { link.hub }

    /// Pulls until the link ends.
    func run() {
        link.repeating(.pull) { try round() }
    }

    private func client() throws -> HubClient {
        if let heldClient { return heldClient }
        let client = try link.client()
        heldClient = client
        return client
    }

    private func round() throws {
        if link.state.takeDueComparison() {
            link.state.set(nil)
            (mustCompare, followed) = (true, nil)
        }
        let client = try client()
        guard
            case .document(let manifest, let entityTag) = try client.manifest(
                unless: followed?.entityTag,
                wait: secondsToWait()
            )
        else {
            let hub = hub
            let own = try BlockingCall.result { try await hub.store.currentIdentity() }
            // A new history of this hub's own is a reason to ask again and compare.
            guard let (contact, _) = link.state.contact, contact.own == own, let (manifest, entityTag) = followed else {
                followed = nil
                link.state.succeeded(.pull)
                return
            }
            // Where it is time for one that failed.
            if !failing.isEmpty { try follow(manifest, contact.name, client) }
            try finish(manifest, entityTag)
            return
        }
        if let followed, followed.manifest == manifest {
            rest()
        } else {
            idleAnswers = 0
        }
        followed = nil
        let name = try checked(manifest)
        try agree(manifest, name)
        try follow(manifest, name, client)
        try finish(manifest, entityTag)
    }

    /// Seconds that the next long poll may wait: no longer than until a collection is tried again.
    private func secondsToWait() -> Int {
        var wait = min(LinkPuller.pollSeconds, Int(link.upstream.syncIntervalSeconds))
        if let next = failing.nextTry { wait = min(wait, Int((next - .now).components.seconds) + 1) }
        return max(1, wait)
    }

    /// Ends a round after which everything of `manifest` is held, apart from what fails by itself.
    private func finish(_ manifest: ManifestDocument, _ entityTag: String?) throws {
        followed = mustAskAnew ? nil : (manifest, entityTag)
        mustAskAnew = false
        if !failing.isEmpty {
            link.state.answered()
        } else if let leftOut {
            link.state.failed(.pull, leftOut)
        } else {
            link.state.succeeded(.pull)
        }
        try lookAtDigests(manifest)
    }

    /// Keeps an upstream that answers at once, without news, from being asked all the time.
    private func rest() {
        idleAnswers += 1
        let chance = Double.random(in: 0..<1)
        link.stop.pause(LinkPuller.idle.delay(afterFailures: idleAnswers, retryAfter: nil, chance: chance))
    }

    /// The upstream's name in paths; throws a ``ReplicationError`` where it cannot be one.
    private func checked(_ manifest: ManifestDocument) throws(ReplicationError) -> NodeName {
        guard let name = manifest.name ?? NodeName(manifest.identity.hub) else {
            throw ReplicationError(.notAHub, "\(link.endpoint) does not say what it is called; check its version")
        }
        guard manifest.entries.allSatisfy({ $0.contributions != nil }) else {
            throw ReplicationError(
                .unauthorized,
                "\(link.endpoint) takes \(link.upstream.node) for a spoke, and only a hub is given what others said; enrol"
                    + " it there with `tributary-hub node add NAME --role hub`"
            )
        }
        return name
    }
}
