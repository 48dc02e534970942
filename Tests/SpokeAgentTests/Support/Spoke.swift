import Federation
import Replication

import SpokeAgent

/// A spoke with a folder of its own.
final class Spoke {
    let name: String
    let folder: TemporaryFolder
    let clock: TestClock
    let hub: FakeHub
    var confirmsRetractions = false
    var keepsVectors = false
    var collections: [CollectionName] = []
    var sources = ["source"]
    /// Sources of other kinds, behind the folders.
    var otherSources: [any PatternSource] = []
    var sharing = SharingRules()
    var sinks = ["sink"]
    var notices: [String] = []

    init(_ name: String, _ hub: FakeHub, _ clock: TestClock, folder: TemporaryFolder = TemporaryFolder()) {
        self.name = name
        self.hub = hub
        self.clock = clock
        self.folder = folder
    }

    /// Writes the source file of a collection.
    func knows(_ lines: [String], collection: String = "skills-patterns", in source: String = "source") {
        folder.write("\(source)/\(collection).jsonl", lines.map { $0 + "\n" }.joined())
    }

    /// Writes patterns of this value into the source file.
    func knows(_ values: [String: Double]) {
        knows(values.sorted { $0.key < $1.key }.map { #"{"id":"\#($0.key)","payload":{"value_score":\#($0.value)}}"# })
    }

    /// The sink file of a collection.
    func learned(_ collection: String = "skills-patterns") -> String? { folder.read("sink/\(collection).jsonl") }

    /// Runs one round in a process of its own, as far as the state can tell.
    func round(_ kind: RoundReport.Kind = .sync) throws -> RoundReport {
        try agent().round(kind)
    }

    /// Runs one round and returns the report on the collection that most tests work on.
    func sync() throws -> CollectionReport {
        // What was written just now is believed to be settled only after a while.
        clock.advance(.seconds(60))
        let report = try round()
        if let failure = report.failure { throw failure }
        guard let collection = report.collections.first(where: { $0.collection == .skills }) else {
            throw SpokeError(.failure, "no report on the collection")
        }
        return collection
    }

    func agent() throws -> SpokeAgent {
        let client = try client()
        let settings = try SpokeSettings(
            endpoint: client.endpoint,
            node: client.node,
            sources: sources.map { JSONLSource(folder: folder($0)) } + otherSources,
            sinks: sinks.map { JSONLSink(folder: folder($0)) },
            outgoing: OutgoingRules(sharing: sharing),
            collections: collections,
            keepsVectors: keepsVectors,
            confirmsRetractions: confirmsRetractions
        )
        return SpokeAgent(settings: settings, state: try state(), client: client)
    }

    func client() throws -> HubClient {
        guard let endpoint = HubEndpoint("http://127.0.0.1:8092"), let node = NodeName(name) else {
            throw SpokeError(.usage, "no endpoint")
        }
        return HubClient(
            endpoint: endpoint,
            node: node,
            transport: hub,
            environment: clock.environment,
            token: { "tributary_test_test" }
        )
    }

    func state() throws -> SpokeState {
        try StateFolder(folder("state")).open(at: clock.now) { notices.append($0) }
    }

    func deleteState() {
        TemporaryFolder.remove(folder("state"))
    }
}
