package import Federation
internal import Replication

/// What a state holds and how far it is behind, told without asking the hub.
package struct StateReport: Sendable {
    /// One collection.
    package struct Entry: Sendable {
        package var collection: CollectionName
        /// Patterns of this node that the hub has.
        package var offered: Int64
        /// Statements whose answer is still to come.
        package var pending: Int64
        package var held: [HeldItems]
        /// What the hub has of this node and an operator retracted.
        package var withheld: WithheldStatements
        /// What the sources held when they were last read; `nil` where none was.
        package var scan: ScanTally?
        /// Patterns that were not taken back in the last round, and why.
        package var heldRetractions: (count: Int64, because: String)?
        /// Winners held here.
        package var winners: Int64
        /// Patterns that came in files, and of which no winner is held.
        package var imported: Int64
        /// Changes of the hub's winners, when it was last asked, that are not held here; `nil` where nothing tells.
        package var behind: Int64?
        /// Whether sources differ from what was read and settled last; `nil` where only reading tells, or was not asked.
        package var hasChangedSources: Bool?
        /// Whether the hub knows that all of them were applied.
        package var isReported: Bool
        package var pushedAt: Timestamp?
        package var pulledAt: Timestamp?

        package var refused: Int64 { held.reduce(0) { $0 + $1.count } }

        /// Whether nothing is known to be left for a round.
        package var isInSync: Bool { pending == 0 && behind == 0 && hasChangedSources != true }
    }

    /// The hub in use.
    package var endpoint: String?
    /// The hub in whose place it is used, while that is away.
    package var preferred: String?
    package var hub: String?
    package var epoch: String?
    package var node: String?
    /// As which enrolment the node speaks.
    package var incarnation: Int64?
    /// The other hubs that were met.
    package var hubs: [FurtherHub] = []
    package var entries: [Entry]
    package var lastRoundAt: Timestamp?
    package var lastSuccessAt: Timestamp?
    package var lastError: String?
    /// The spoke that runs with this state, where one does.
    package var run: RunFile?

    /// A hub besides the one in use.
    package struct FurtherHub: Sendable, Equatable {
        package var endpoint: String
        package var node: String
        package var incarnation: Int64?
        /// Statements whose answer is still to come.
        package var pending: Int64
        package var lastSuccessAt: Timestamp?
        package var lastError: String?
    }

    /// Reads the report from `home`, the machine's own state, and those of further hubs, by name; with `settings`, also
    /// whether their sources have changed.
    package init(
        _ home: SpokeState,
        further: [(name: String, state: SpokeState)] = [],
        settings: SpokeSettings? = nil,
        run: RunFile? = nil,
        now: @escaping () -> Timestamp = SystemClock.now
    ) throws {
        let used = try home.shownNames().first
        let state = further.first { $0.name == used }?.state ?? home
        preferred = state === home ? nil : try home.endpoint()
        self.run = run
        endpoint = try state.fact(.endpoint)
        hub = try state.fact(.hub)
        epoch = try state.fact(.epoch)
        node = try state.fact(.node)
        incarnation = try state.incarnation()
        hubs = try ([home] + further.map(\.state)).filter { $0 !== state }.compactMap(StateReport.hub)
        lastRoundAt = try state.time(.lastRoundAt)
        lastSuccessAt = try state.time(.lastSuccessAt)
        lastError = try state.fact(.lastError)
        let manifest = try state.keptManifest()
        entries = try state.collections().map { collection in
            let number = try state.number(of: collection)
            let counts = try state.offerCounts(in: number)
            let times = try state.times(of: number)
            let position = try state.winnerPosition(of: collection)
            let entry = manifest?.entries.first { $0.policy.collection == collection }
            return Entry(
                collection: collection,
                offered: counts.accepted,
                pending: counts.pending,
                held: try state.heldItems(in: number),
                withheld: try state.withheldStatements(in: number),
                scan: try state.lastScan(of: number).tally.flatMap(ScanTally.init(json:)),
                heldRetractions: try state.retractionHold(of: collection),
                winners: position.count,
                imported: try home.importedCount(of: collection),
                behind: entry.flatMap { StateReport.behind($0.winners, position.cursor) },
                hasChangedSources: try entry.flatMap {
                    try StateReport.hasChangedSources(settings, $0.policy, state, home, now)
                },
                isReported: try state.isReported(collection),
                pushedAt: times.pushed,
                pulledAt: times.pulled
            )
        }
    }

    private static func hub(_ state: SpokeState) throws -> FurtherHub? {
        guard let endpoint = try state.endpoint(), let node = try state.fact(.node) else { return nil }
        return FurtherHub(
            endpoint: endpoint,
            node: node,
            incarnation: try state.incarnation(),
            pending: try state.collections().reduce(0) { try $0 + state.offerCounts(in: state.number(of: $1)).pending },
            lastSuccessAt: try state.time(.lastSuccessAt),
            lastError: try state.fact(.lastError)
        )
    }

    /// Whether nothing is known to be left for a round, in any collection.
    package var isInSync: Bool { lastError == nil && entries.allSatisfy(\.isInSync) }

    /// Changes between the position held and the hub's.
    private static func behind(_ feed: ManifestDocument.Feed, _ held: String?) -> Int64? {
        if held == feed.cursor { return 0 }
        guard let head = Cursor(feed.cursor) else { return nil }
        guard let held = held.flatMap(Cursor.init), held.epoch == head.epoch else { return feed.set.count }
        return max(0, head.number - held.number)
    }

    private static func hasChangedSources(
        _ settings: SpokeSettings?,
        _ policy: CollectionPolicy,
        _ state: SpokeState,
        _ home: SpokeState,
        _ now: @escaping () -> Timestamp
    ) throws -> Bool? {
        guard let settings, !settings.sources.isEmpty else { return nil }
        let context = SourceContext(
            state: home,
            collection: try home.number(of: policy.collection),
            now: now,
            shouldStop: { false },
            isLookingOnly: true
        )
        let number = try state.number(of: policy.collection)
        let sources = SourceSet(settings.sources, policy, known: try state.sourceFiles(of: number), context)
        guard !sources.parts.isEmpty || !sources.missing.isEmpty else { return nil }
        guard let key = sources.key(policy: policy, node: settings.node, outgoing: settings.outgoing.key) else {
            return nil
        }
        let last = try state.lastScan(of: number).key
        return last != key && last != SpokeState.unsettledKey(key)
    }
}
