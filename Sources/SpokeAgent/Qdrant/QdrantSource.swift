package import Federation
internal import JSON
package import Qdrant

/// A Qdrant whose collections hold this machine's patterns, as the agents that learned them wrote them.
package struct QdrantSource: PatternSource, Equatable {
    /// What names this kind of source and sink.
    static let kind = "qdrant"

    package let endpoint: QdrantEndpoint
    /// How it is asked.
    package var settings: QdrantSettings

    package init(endpoint: QdrantEndpoint, settings: QdrantSettings = QdrantSettings()) {
        self.endpoint = endpoint
        self.settings = settings
    }

    package var argument: String { "\(QdrantSource.kind):\(endpoint)" }
    package var folder: String? { nil }

    /// Nothing: a Qdrant has collections for many purposes, and only those that the hub has too are meant.
    package func contents() -> [SourceContent] { [] }

    package func parts(of collection: CollectionName) -> [String] {
        [endpoint.address(of: collection.text)]
    }

    package func open(
        _ name: String,
        of policy: CollectionPolicy,
        _ context: SourceContext
    ) throws -> (any SourcePart)? {
        let client = try settings.client(endpoint, shouldStop: context.shouldStop)
        return try open(client, name, of: policy, context)
    }

    /// The same with `client`.
    func open(
        _ client: QdrantClient,
        _ name: String,
        of policy: CollectionPolicy,
        _ context: SourceContext
    ) throws -> (any SourcePart)? {
        let found = try SpokeError.translating { try client.collection(policy.collection.text) }
        guard let info = found else { return nil }
        // What was imported is remembered where the sink remembers it.
        let sinkState = context.shown ?? context.state
        let number = try context.shown?.number(of: policy.collection) ?? context.collection
        return try QdrantPart(
            name: name,
            client: client,
            policy: policy,
            vectors: settings.vectors(of: info, at: name),
            model: settings.model,
            filter: QdrantValueFilter(policy, indexes: info.indexes)?.json,
            sinkPoints: SinkPoints(state: sinkState, sink: argument, name: policy.collection, collection: number)
        )
    }

    /// Nothing: only reading tells.
    package func changeMarks() -> [String] { [] }
}

extension PatternSource {
    /// The same source, asked as `settings` say where it is a Qdrant.
    func configured(by settings: QdrantSettings) -> any PatternSource {
        guard var source = self as? QdrantSource else { return self }
        source.settings = settings
        return source
    }
}
