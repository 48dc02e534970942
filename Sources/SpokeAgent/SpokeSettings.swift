package import Federation
package import Replication

/// What a spoke is to do, and for whom.
package struct SpokeSettings {
    package var endpoint: HubEndpoint
    package var node: NodeName
    package var sources: [any PatternSource]
    package var sinks: [any WinnerSink]
    /// How the Qdrants among them are asked.
    package var qdrant: QdrantSettings
    /// What of this node's patterns may leave.
    package var outgoing: OutgoingRules
    /// The collections to work on; all of the hub's where empty.
    package var collections: [CollectionName]
    /// Whether vectors are pulled too.
    package var keepsVectors: Bool
    /// Whether unusually many retractions are meant.
    package var confirmsRetractions: Bool

    /// Settings; throws a ``SpokeError`` where a sink would write over a source.
    package init(
        endpoint: HubEndpoint,
        node: NodeName,
        sources: [any PatternSource] = [],
        sinks: [any WinnerSink] = [],
        qdrant: QdrantSettings = QdrantSettings(),
        outgoing: OutgoingRules = OutgoingRules(),
        collections: [CollectionName] = [],
        keepsVectors: Bool = false,
        confirmsRetractions: Bool = false
    ) throws {
        self.endpoint = endpoint
        self.node = node
        self.qdrant = qdrant
        self.sources = sources.map { $0.configured(by: qdrant) }
        self.sinks = sinks.map { $0.configured(by: qdrant) }
        self.outgoing = outgoing
        self.collections = collections
        self.keepsVectors = keepsVectors || sinks.contains(where: \.needsVectors)
        self.confirmsRetractions = confirmsRetractions
        try SpokeSettings.keepApart(sinks, from: sources)
    }

    /// Throws a ``SpokeError`` where one of `sinks` would write over one of `sources`.
    package static func keepApart(_ sinks: [any WinnerSink], from sources: [any PatternSource]) throws(SpokeError) {
        for sink in sinks {
            for source in sources {
                guard let written = sink.folder, let read = source.folder, isSameFolder(written, read) else { continue }
                // A team's repository is both: the lines of others stay, and what was learned is marked.
                if sink is GitSink, source is GitSource { continue }
                throw SpokeError(
                    .configuration,
                    "\(written) is both --source and --sink: what was learned would overwrite what this node knows;"
                        + " give the sink a folder of its own"
                )
            }
        }
    }

    /// What is worth a warning.
    package var warnings: [String] {
        let read = sources.compactMap { ($0 as? QdrantSource)?.endpoint }
        let written = sinks.compactMap { ($0 as? QdrantSink)?.endpoint }
        return qdrant.warnings(for: read + written.filter { !read.contains($0) })
    }

    private static func isSameFolder(_ left: String, _ right: String) -> Bool {
        if let left = FileFingerprint(path: left), let right = FileFingerprint(path: right) {
            return left.isSameFile(as: right)
        }
        func parts(_ path: String) -> [Substring] { path.split(separator: "/").filter { $0 != "." } }
        return parts(left) == parts(right)
    }
}
