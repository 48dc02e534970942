package import Federation
internal import JSON
internal import Presentation
package import Replication

/// What the hub knows about one pattern, ready to be printed.
package struct PatternExplanation: Sendable, Equatable {
    /// The hub's document, as it came; where the hub knows nothing, one in the same form that says so.
    package var document: [UInt8]
    /// The same for people.
    package var text: String
    /// Whether no node ever said anything about the pattern.
    package var isNeverSeen: Bool
    /// Whether the hub has nothing to explain, so that the text is what went wrong.
    package var isUnknown: Bool

    /// Asks the hub about pattern `id` of `collection`, as it is or as it was at `time`; where this node's own `sources` are
    /// given, or a `state` that knows its files, what they say is told too.
    ///
    /// Throws ``ReplicationError``, and a ``SpokeError`` where the hub has no such collection, or a source cannot be read to its end.
    package init(
        of id: PatternID,
        in collection: CollectionName,
        at time: Timestamp?,
        from client: HubClient,
        sources: [any PatternSource] = [],
        state: SpokeState? = nil,
        outgoing: OutgoingRules = OutgoingRules()
    ) throws {
        let answer = try PatternExplanation.answer(about: id, in: collection, at: time, client)
        // How the collection decides is needed where the files are read, and where the hub knows nothing.
        let hasSources = try !sources.isEmpty || state?.sourcePaths(of: collection).isEmpty == false
        let policy = try answer == nil || hasSources ? PatternExplanation.policy(of: collection, client) : nil
        let state = try state ?? StateFolder.inMemory()
        let statement = try policy.flatMap { policy in
            let parts = try PatternExplanation.parts(of: policy, sources, state, client)
            return try SourceStatement.find(id, in: parts, of: client.node, under: policy, outgoing, state: state)
        }
        let here = policy.flatMap { statement?.text(under: $0) }
        guard let (document, text) = answer else {
            let unknown = UnknownPattern(
                id: id,
                collection: collection,
                moment: time.map { " up to \($0)" } ?? "",
                endpoint: client.endpoint,
                threshold: policy?.threshold,
                hasSources: hasSources
            )
            self.text = unknown.text(here)
            self.document = unknown.json(self.text, statement).bytes
            isNeverSeen = true
            isUnknown = true
            return
        }
        let explanation = ExplanationText(document.root, for: .developers)
        self.document = text
        self.text = explanation.text + (here.map { "\n\nThis node: \($0)." } ?? "")
        isNeverSeen = explanation.isNeverSeen
        isUnknown = false
    }

    /// The hub's document about a pattern; `nil` where it knows nothing.
    private static func answer(
        about id: PatternID,
        in collection: CollectionName,
        at time: Timestamp?,
        _ client: HubClient
    ) throws -> (document: JSONDocument, text: [UInt8])? {
        do {
            return try client.retrying { try client.explanation(of: id, in: collection, at: time) }
        } catch let error as ReplicationError where error.code == Problem.Code.collectionUnknown.rawValue {
            // The manifest tells which one may be meant.
            _ = try policy(of: collection, client)
            throw error
        }
    }

    /// What can be read of the sources and of the files that the state knows.
    private static func parts(
        of policy: CollectionPolicy,
        _ sources: [any PatternSource],
        _ state: SpokeState,
        _ client: HubClient
    ) throws -> [any SourcePart] {
        let known = try state.sourcePaths(of: policy.collection)
        let context = SourceContext(
            state: state,
            collection: try state.number(of: policy.collection),
            now: client.environment.now,
            shouldStop: client.environment.shouldStop
        )
        let opened = SourceSet(sources, policy, known: [], context).parts
        let others = known.filter { path in !opened.contains { $0.name == path } }
        return opened + others.compactMap { path in (try? SourceFile(path)).map(JSONLPart.init) }
    }

    private static func policy(of collection: CollectionName, _ client: HubClient) throws -> CollectionPolicy? {
        guard case .document(let manifest, _) = try client.retrying({ try client.manifest(unless: nil) }) else {
            return nil
        }
        let policies = manifest.entries.map(\.policy)
        guard let policy = policies.first(where: { $0.collection == collection }) else {
            throw SpokeError(.usage, SpokeAgent.unknownCollection(collection.text, policies.map(\.collection)))
        }
        return policy
    }
}

/// A pattern about which the hub knows nothing.
private struct UnknownPattern {
    var id: PatternID
    var collection: CollectionName
    var moment: String
    var endpoint: HubEndpoint
    var threshold: Double?
    var hasSources: Bool

    /// What is known of it; `here` is what this node's own files say.
    func text(_ here: String?) -> String {
        let event =
            "no node ever said anything about \(collection)/\(ShownText.of(id.description)) at \(endpoint)\(moment)"
        if let here { return "\(event): \(here)" }
        let limit = threshold.map { "threshold \($0)" } ?? "threshold"
        let below =
            hasSources
            ? "no source given here has it"
            : "what is below the \(limit) of \(collection) is never sent, and --source tells whether that is so here"
        return "\(event); \(below). Otherwise check the spelling: 'tributary-spoke list \(collection)' lists what is"
            + " served"
    }

    /// The same as programs read it.
    func json(_ text: String, _ statement: SourceStatement?) -> JSONValue {
        [
            "collection": .string(collection.text), "id": .string(id.description), "state": "none",
            "threshold": threshold.map { .number($0) } ?? .null, "winner": .null,
            "absent": ["code": "never-seen", "detail": .string(text)], "source": statement?.json ?? .null,
        ]
    }
}
