extension SpokeConfiguration {
    /// What a command is to do with the preferred hub: with the sources and sinks that are set, or without.
    ///
    /// `home` stands for a tilde. Throws a ``SpokeError``.
    package func spokeSettings(
        reads: Bool,
        writes: Bool,
        confirmsRetractions: Bool = false,
        home: String?
    ) throws -> SpokeSettings {
        let hub = try hubs()[0]
        // Also where this command reads none of them.
        if writes, !reads { try SpokeSettings.keepApart(openSinks(home: home), from: openSources(home: home)) }
        return try SpokeSettings(
            endpoint: hub.endpoint,
            node: hub.node,
            sources: reads ? try openSources(home: home) : [],
            sinks: writes ? try openSinks(home: home) : [],
            qdrant: qdrant,
            outgoing: try outgoing(),
            collections: collections,
            keepsVectors: writes && keepsVectors,
            confirmsRetractions: confirmsRetractions
        )
    }
}
