package import Federation
internal import Presentation
package import Replication
internal import Snapshots

/// Writes what this node would share and what it learned to a file, for another machine or for the predecessor.
///
/// Own patterns go the way of a push: the same sources, the same rules, the same guard.
package struct SnapshotExport {
    /// Which patterns.
    package enum Selection: Sendable {
        /// This node's own.
        case own
        /// Those from the hub and from files.
        case learned
        /// Both; where there are two contents of one pattern, the winner.
        case both
    }

    /// What was written.
    package struct Outcome: Sendable {
        package var entries: [SnapshotManifest.Entry]
        package var bytes: Int64
        /// Patterns that the guard kept here.
        package var held: Int64
        /// Lines of the sources that cannot be read.
        package var unreadable: Int64
    }

    private let state: SpokeState
    private let sources: [any PatternSource]
    private let outgoing: OutgoingRules
    private let node: NodeName?
    private let environment: RunEnvironment
    private let progress: (String) -> Void

    /// An export from `state` and `sources`, as `node`; where none is given, as the one that the hub knows.
    package init(
        from state: SpokeState,
        sources: [any PatternSource],
        outgoing: OutgoingRules = OutgoingRules(),
        node: NodeName?,
        environment: RunEnvironment,
        progress: @escaping (String) -> Void = { _ in }
    ) throws {
        self.state = state
        self.sources = sources
        self.outgoing = outgoing
        self.node = try node ?? state.heldIdentity()?.node
        self.environment = environment
        self.progress = progress
    }

    /// Writes the `selection` of `collections`, of all that there are where none is given, to `path`.
    ///
    /// Throws a `SnapshotFileError` or a ``SpokeError``; then there is no new file.
    package func run(_ selection: Selection, of collections: [CollectionName], to path: String) throws -> Outcome {
        let present = try present(selection)
        for wanted in collections where !present.contains(wanted) {
            let names = present.map(\.text)
            let guess = Suggestion.nearest(to: wanted.text, among: names).map { "; did you mean '\($0)'?" } ?? "."
            throw SpokeError(
                .usage,
                "there is nothing of a collection '\(wanted)'\(guess) There is something of:"
                    + " \(names.isEmpty ? "none" : names.joined(separator: ", "))"
            )
        }
        let chosen = collections.isEmpty ? present : collections
        var outcome = Outcome(entries: [], bytes: 0, held: 0, unreadable: 0)
        try state.beginExport()
        if selection != .learned {
            for collection in chosen { try stageOwn(collection, &outcome) }
        }
        return try state.snapshot {
            for collection in chosen {
                var set = SetDigest()
                if selection != .own { try chooseLearned(collection, &set, &outcome) }
                try state.forEachOutgoing(of: collection) { item in
                    set.insert(item.identity.digest(in: collection, hasher: state.hasher))
                }
                outcome.entries.append(SnapshotManifest.Entry(collection: collection, set: set))
            }
            try write(learned: selection != .own, to: path, &outcome)
            return outcome
        }
    }

    /// The collections of which there is anything.
    private func present(_ selection: Selection) throws -> [CollectionName] {
        var found: Set<CollectionName> = []
        for state in [state] + state.layeredStates { found.formUnion(try state.collections()) }
        if selection != .learned {
            for source in sources { found.formUnion(try source.contents().compactMap { CollectionName($0.name) }) }
        }
        return found.sorted()
    }

    private func stageOwn(_ collection: CollectionName, _ outcome: inout Outcome) throws {
        let policy = try state.heldPolicies()[collection] ?? .standard(for: collection)
        let number = try state.number(of: collection)
        let context = SourceContext(
            state: state,
            collection: number,
            now: environment.now,
            shouldStop: environment.shouldStop
        )
        let found = SourceSet(sources, policy, known: [], context)
        if let problem = found.problems.first { throw SpokeError(.failure, "\(problem); nothing was exported") }
        guard !found.parts.isEmpty else { return }
        progress("\(collection): reading")
        let scan = try CollectionScan(
            parts: found.parts,
            policy: policy,
            node: try node ?? SnapshotExport.nobody(),
            outgoing: outgoing,
            state: state,
            collection: number,
            home: state,
            spools: true
        )
        // What is left of the table is dropped by the next scan.
        defer { try? scan.table.drop() }
        try scan.run { try checkStop() }
        outcome.held += scan.tally.held
        outcome.unreadable += scan.tally.unreadable
        let incarnation = try state.heldIdentity().flatMap { $0.node == node ? $0.incarnation : nil }
        try state.snapshot { try stage(scan, incarnation) }
    }

    private func stage(_ scan: CollectionScan, _ incarnation: Int32?) throws {
        var last: Int64 = 0
        while case let leaving = try scan.leaving(after: last, limit: SnapshotExport.chunk), !leaving.isEmpty {
            try checkStop()
            for one in leaving {
                last = one.change.line
                guard let item = try scan.content(of: one.change) else {
                    throw SpokeError(
                        .failure,
                        "\(scan.parts[one.change.place.part].name) was changed while it was exported; export again"
                    )
                }
                let number = incarnation.flatMap { incarnation in
                    one.revision.map { SnapshotIdentity.Number(incarnation: incarnation, revision: $0) }
                }
                let identity = SnapshotIdentity(
                    id: item.id,
                    origin: node,
                    number: number,
                    checksum: item.checksum,
                    vectorDigest: item.vector?.digest ?? .none,
                    hasVector: item.vector != nil,
                    vectorModel: item.vector?.model
                )
                let exported = SnapshotItem(identity: identity, payload: item.payload, vector: item.vector?.bytes)
                try state.addOutgoing(exported, in: scan.policy.collection)
            }
        }
    }

    /// Chooses what was learned: what others said leaves as they said it, or, where the guard holds it back, not at all;
    /// and of two contents of one pattern the winner, unless it is an earlier word of this node.
    private func chooseLearned(
        _ collection: CollectionName,
        _ set: inout SetDigest,
        _ outcome: inout Outcome
    ) throws {
        try state.forEachWinner(of: collection) { winner in
            try checkStop()
            let passage = outgoing.contentGuard.inspect(
                winner.id,
                payload: winner.payload,
                vectorModel: winner.vectorModel
            )
            if case .blocked = passage {
                outcome.held += 1
                return try state.keepBack(winner.id, of: collection)
            }
            guard let item = SnapshotItem(winner) else { return }
            if try state.hasOutgoing(winner.id, of: collection) {
                if winner.origin == node?.text, winner.parents.isEmpty { return }
                try state.removeOutgoing(winner.id, of: collection)
            }
            set.insert(item.identity.digest(in: collection, hasher: state.hasher))
        }
    }

    private func write(learned: Bool, to path: String, _ outcome: inout Outcome) throws {
        let manifest = SnapshotManifest(
            nodeID: node?.text ?? SnapshotItem.unknownOrigin,
            takenAt: environment.now(),
            entries: outcome.entries
        )
        let output = try SnapshotOutput(path)
        var writer = SnapshotWriter(manifest, hasher: state.hasher)
        var buffer: [UInt8] = []
        writer.begin(to: &buffer)
        var written: Int64 = 0
        func append(_ item: SnapshotItem) throws {
            writer.append(item, to: &buffer)
            written += 1
            guard buffer.count >= SnapshotExport.bufferBytes else { return }
            try output.append(buffer)
            buffer.removeAll(keepingCapacity: true)
            progress("exported \(written)")
            try checkStop()
        }
        for collection in outcome.entries.map(\.collection) {
            writer.begin(collection, to: &buffer)
            try state.forEachOutgoing(of: collection, append)
            guard learned else { continue }
            try state.forEachWinner(of: collection) { winner in
                guard try !state.isKeptBack(winner.id, of: collection),
                    try !state.hasOutgoing(winner.id, of: collection), let item = SnapshotItem(winner)
                else { return }
                try append(item)
            }
        }
        do throws(SnapshotError) {
            try writer.end(to: &buffer)
        } catch { throw SnapshotFileError(.failed, "\(error)") }
        try output.append(buffer)
        try output.finish()
        outcome.bytes = output.written
    }

    private func checkStop() throws {
        guard environment.shouldStop() else { return }
        throw SnapshotFileError(.stopped, "stopped on request; nothing was exported")
    }

    private static let bufferBytes = 256 * 1024
    private static let chunk = 500

    /// Whose patterns those are that no hub has ever heard of.
    private static func nobody() throws -> NodeName {
        guard let name = NodeName(SnapshotItem.unknownOrigin) else {
            throw SpokeError(.failure, "there is no name for this node; give one with --node")
        }
        return name
    }
}
