import Dispatch
package import Federation
package import HubStore
package import Logging
import Replication

/// Finds out, for an operator, what this hub and an upstream hold differently, and mends it where that is wanted.
///
/// Traffic follows the differences, not what is held.
package struct UpstreamVerification: Sendable {
    /// What was found in one collection.
    package struct Finding: Sendable {
        package var collection: CollectionName
        /// Statements that are lacking here, or older.
        package var lackingHere: Int64 = 0
        /// Statements that are lacking there, or older.
        package var lackingThere: Int64 = 0
        /// Resolutions that are lacking here.
        package var resolutionsLackingHere: Int64 = 0
        /// Resolutions that are lacking there.
        package var resolutionsLackingThere: Int64 = 0
        /// The first of the statements and of the resolutions.
        package var listed: [Difference] = []
        /// Statements that were fetched to mend it.
        package var fetched: Int64 = 0
        /// Statements that were pushed to mend it, and that the upstream did not have.
        package var pushed: Int64 = 0
        /// Resolutions that were fetched, and were new here, to mend it.
        package var resolutionsFetched: Int64 = 0
        /// Resolutions that were pushed, and were new there, to mend it.
        package var resolutionsPushed: Int64 = 0
        /// Requests that it took to find out.
        package var requests: Int64 = 0

        package var differences: Int64 {
            lackingHere + lackingThere + resolutionsLackingHere + resolutionsLackingThere
        }
    }

    /// What is lacking, or older, on one side.
    package struct Difference: Sendable, Hashable {
        /// A statement or a resolution.
        package enum Item: Sendable, Hashable {
            case statement(ContributionKey)
            /// What was decided about, and at which hub.
            case resolution(Resolution.Subject, origin: NodeName)
        }

        package var item: Item
        package var isLackingHere: Bool
    }

    /// What travels between hubs arrives within this; what still differs then differs.
    private static let settlingTime = Duration.seconds(2)
    /// Differences that are kept to be looked at again; more than these are no statements on their way.
    private static let keptDifferences = 10_000

    private let hub: Hub
    private let upstream: Upstream

    /// A comparison of `store` with `upstream`, which is trusted by the certificates in the PEM file `trustedCertificates`,
    /// or else by the system's.
    package init(of store: Store, against upstream: Upstream, trustedCertificates: String?, logger: Logger) {
        hub = Hub(
            store: store,
            signal: FeedSignal(),
            metrics: HubMetrics(),
            logger: logger,
            now: Live.now,
            trustedCertificates: trustedCertificates
        )
        self.upstream = upstream
    }

    /// Compares `collection`, or all that travel; with `repairs` sends both ways what differs, and then compares again.
    ///
    /// At most `limit` differences of each collection are listed. Throws ``ReplicationError`` and ``StoreError``.
    package func run(_ collection: CollectionName?, repairs: Bool, limit: Int) async throws -> [Finding] {
        try await withCheckedThrowingContinuation { continuation in
            // A thread that may block, because what goes over the network does.
            DispatchQueue(label: "tributary.verify").async {
                continuation.resume(with: Result { try findings(collection, repairs: repairs, limit: limit) })
            }
        }
    }

    private func findings(_ collection: CollectionName?, repairs: Bool, limit: Int) throws -> [Finding] {
        let link = try UpstreamLink(to: upstream, hub: hub)
        let client = try link.client()
        guard case .document(let manifest, _) = try client.retrying({ try client.manifest(unless: nil) }) else {
            throw ReplicationError(
                .notAHub,
                "\(link.endpoint) answered that its manifest is known, which was not asked"
            )
        }
        let wanted = manifest.entries.filter { entry in
            link.upstream.carries(entry.policy.collection) && collection.map { $0 == entry.policy.collection } ?? true
        }
        guard collection == nil || !wanted.isEmpty else {
            throw StoreError.notFound(
                "\(upstream.url) has no collection '\(collection?.text ?? "")' that travels; `tributary-hub upstream list` shows "
                    + "which do"
            )
        }
        let name = try manifest.name ?? NodeName(manifest.identity.hub).orThrow(link.endpoint)
        return try wanted.map { entry in
            guard try repairs || isHeld(entry.policy.collection) else {
                var finding = Finding(collection: entry.policy.collection)
                finding.lackingHere = entry.contributions?.set.count ?? 0
                finding.resolutionsLackingHere = entry.resolutions?.set.count ?? 0
                return finding
            }
            let policy = try link.localPolicy(entry.policy)
            let pass = VerificationPass(link: link, client: client, policy: policy, relay: name)
            // Before the statements, which what was decided lets through or withholds.
            var resolved = Finding(collection: policy.collection)
            let comparison = ResolutionComparison(
                link: link,
                client: client,
                collection: policy.collection,
                relay: name
            )
            try compareResolutions(comparison, there: entry.resolutions?.set, repairs: repairs, limit: limit, &resolved)
            return try finding(pass, after: resolved, repairs: repairs, limit: limit, pause: link.stop)
        }
    }

    /// Whether this hub has `collection`; looking makes none.
    private func isHeld(_ collection: CollectionName) throws -> Bool {
        let store = hub.store
        return try BlockingCall.result {
            try await store.collections().contains { $0.policy.collection == collection }
        }
    }

    /// Notes in `finding` which resolutions differ; `there` is what the upstream's manifest says of its own.
    private func compareResolutions(
        _ comparison: ResolutionComparison,
        there: SetDigest?,
        repairs: Bool,
        limit: Int,
        _ finding: inout Finding
    ) throws {
        guard try !comparison.agrees(with: there) else { return }
        let first = try comparison.run()
        finding.requests = first.requests
        guard first.count > 0 else { return }
        if repairs { (finding.resolutionsFetched, finding.resolutionsPushed) = try comparison.exchange(first) }
        // As with statements: what was on its way is no difference.
        comparison.link.stop.pause(UpstreamVerification.settlingTime)
        let second = try comparison.run()
        finding.requests += second.requests
        let here = second.lackingHere.filter { first.lackingHere[$0.key] != nil }
        let there = second.lackingThere.filter { first.lackingThere[$0.key] != nil }
        finding.resolutionsLackingHere = Int64(here.count)
        finding.resolutionsLackingThere = Int64(there.count)
        for (resolutions, isLackingHere) in [(here, true), (there, false)] {
            for resolution in resolutions.values.sorted(by: { $1.isNewer(than: $0) }).prefix(limit) {
                let item = Difference.Item.resolution(resolution.subject, origin: resolution.origin)
                finding.listed.append(Difference(item: item, isLackingHere: isLackingHere))
            }
        }
    }

    private func finding(
        _ pass: VerificationPass,
        after resolved: Finding,
        repairs: Bool,
        limit: Int,
        pause: StopFlag
    ) throws -> Finding {
        let first = try pass.run(repairs: repairs, keeping: UpstreamVerification.keptDifferences)
        var finding = resolved
        finding.requests += first.tally.requests
        finding.fetched = first.tally.fetched
        finding.pushed = first.tally.pushed.accepted + first.tally.pushed.retracted
        guard first.count > 0 else { return finding }
        var lasting = first
        if first.count <= UpstreamVerification.keptDifferences {
            // A serving hub sends and takes meanwhile: what was on its way is no difference.
            pause.pause(UpstreamVerification.settlingTime)
            let second = try pass.run(repairs: false, keeping: UpstreamVerification.keptDifferences)
            finding.requests += second.tally.requests
            lasting = second
            lasting.kept = second.kept.filter(Set(first.kept).contains)
        }
        finding.lackingHere = Int64(lasting.kept.count { $0.isLackingHere })
        finding.lackingThere = Int64(lasting.kept.count { !$0.isLackingHere })
        finding.listed = Array((resolved.listed + lasting.kept).prefix(limit))
        return finding
    }
}

/// One comparison of one collection.
private struct VerificationPass {
    let link: UpstreamLink
    let client: HubClient
    let policy: CollectionPolicy
    /// The upstream's name in paths.
    let relay: NodeName

    /// What a comparison found.
    struct Result {
        var tally = ReconciliationTally()
        var count = 0
        var kept: [UpstreamVerification.Difference] = []
    }

    func run(repairs: Bool, keeping greatest: Int) throws -> Result {
        let collection = policy.collection
        // Who serves replicates on from there, whatever is mended here.
        let number = try link.positions().first {
            $0.collection == collection && $0.feed == .contributions && $0.direction == .push
        }?.number
        let side = RelaySide(
            hub: link.hub,
            intake: RelayIntake(hub: link.hub, policy: policy, relay: relay),
            filter: try link.filter(),
            position: link.position(collection, .contributions, .push, number: number ?? 0)
        )
        var result = Result()
        side.foundDifference = { keys, gap in
            result.count += keys.count
            for key in keys.prefix(max(0, greatest - result.kept.count)) {
                result.kept.append(.init(item: .statement(key), isLackingHere: gap == .here))
            }
            return repairs
        }
        defer { side.foundDifference = nil }
        var tally = ReconciliationTally()
        try ReconciliationCycle(client: client, collection: collection).run(side, &tally)
        result.tally = tally
        return result
    }
}

extension NodeName? {
    /// The name, which a hub's id always is; throws where what answered is none.
    fileprivate func orThrow(_ endpoint: HubEndpoint) throws(ReplicationError) -> NodeName {
        guard let self else { throw ReplicationError(.notAHub, "\(endpoint) does not say which hub it is") }
        return self
    }
}
