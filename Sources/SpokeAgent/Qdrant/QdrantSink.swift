package import Federation
package import Qdrant

/// A Qdrant in which the winners held are kept as points, beside what this machine's agents put there themselves.
package struct QdrantSink: WinnerSink, Equatable {
    package let endpoint: QdrantEndpoint
    /// How it is asked.
    package var settings: QdrantSettings

    package init(endpoint: QdrantEndpoint, settings: QdrantSettings = QdrantSettings()) {
        self.endpoint = endpoint
        self.settings = settings
    }

    package var argument: String { "\(QdrantSource.kind):\(endpoint)" }
    package var folder: String? { nil }
    package var needsVectors: Bool { true }

    package func update(_ collection: CollectionName, from state: SpokeState) throws -> SinkOutcome {
        try update(collection, from: state, settings.client(endpoint, shouldStop: SignalFlag.isSet))
    }

    /// The same with `client`.
    func update(
        _ collection: CollectionName,
        from state: SpokeState,
        _ client: QdrantClient
    ) throws -> SinkOutcome {
        let number = try state.number(of: collection)
        let points = SinkPoints(state: state, sink: argument, name: collection, collection: number)
        let changes = try state.winnerPosition(of: collection).changes
        guard try changes > 0 || points.position() != nil else { return SinkOutcome(isChanged: false) }
        let update = QdrantUpdate(
            client: client,
            settings: settings,
            collection: collection,
            points: points,
            node: try state.nodeName()
        )
        return try SpokeError.translating { try update.run() }
    }
}

extension WinnerSink {
    /// The same sink, asked as `settings` say where it is a Qdrant.
    func configured(by settings: QdrantSettings) -> any WinnerSink {
        guard var sink = self as? QdrantSink else { return self }
        sink.settings = settings
        return sink
    }
}
