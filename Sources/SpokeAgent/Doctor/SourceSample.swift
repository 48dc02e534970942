internal import Digest
internal import Federation
internal import SQLite

/// The first records of the parts of a source, read as a round would read them, and what became of them.
struct SourceSample {
    /// A part that has nothing to do with any collection of the hub.
    private(set) var unknown: [String] = []
    private(set) var read = 0
    private(set) var unreadable = 0
    /// Patterns that would leave this machine but for what their owner set.
    private(set) var shareable = 0
    private(set) var notShared = 0
    /// What is wrong with parts that cannot be read.
    private(set) var problems: [String] = []
    /// Where the first unreadable record stands, and what is wrong with it.
    private(set) var example: String?

    /// Ends the reading of a part.
    private struct Enough: Error {}

    /// Reads from `source` what it has of collections, as `node`, under the policies of `manifest` where a hub was met.
    ///
    /// Throws a ``SpokeError`` where the source cannot be read, and errors of the memory's database.
    init(
        _ source: any PatternSource,
        node: NodeName,
        outgoing: OutgoingRules,
        manifest: ManifestDocument?,
        now: @escaping () -> Timestamp
    ) throws {
        // Sources keep their positions in a state; what is looked at here must not count as read.
        let state = try SpokeState(database: SQLiteDatabase(path: ":memory:"))
        for content in try source.contents().prefix(DoctorLimits.parts) {
            guard let name = CollectionName(content.name) else {
                unknown.append(content.place)
                continue
            }
            let held = manifest?.entries.first { $0.policy.collection == name }?.policy
            if manifest != nil, held == nil { unknown.append(content.place) }
            let policy = held ?? SourceSample.lenientPolicy(name)
            let context = SourceContext(
                state: state,
                collection: try state.number(of: name),
                now: now,
                shouldStop: { false }
            )
            let reader = SourceItemReader(policy: policy, node: node, outgoing: outgoing, hasher: state.hasher)
            for part in source.parts(of: name) {
                do {
                    guard let part = try source.open(part, of: policy, context) else { continue }
                    try sample(part, reader)
                } catch let error as SpokeError { problems.append(error.description) }
            }
        }
    }

    private mutating func sample(_ part: any SourcePart, _ reader: SourceItemReader) throws {
        var records = 0
        do {
            try part.forEachRecord { record in
                guard records < DoctorLimits.sampledRecords else { throw Enough() }
                records += 1
                read += 1
                var id: PatternID?
                do {
                    let item = try reader.read(record.text, id: &id, besides: NoForeignWinners())
                    switch item.standing {
                    case .offerable, .held: shareable += 1
                    case .notShared:
                        shareable += 1
                        notShared += 1
                    default: break
                    }
                } catch let refusal as Refusal {
                    unreadable += 1
                    if example == nil { example = "\(part.name):\(record.number): \(refusal.detail)" }
                }
            }
        } catch is Enough {}
    }

    /// What holds as long as no hub has said otherwise.
    private static func lenientPolicy(_ name: CollectionName) -> CollectionPolicy {
        CollectionPolicy(
            collection: name,
            strategy: .highestValue,
            threshold: 0,
            valueRule: CollectionPolicy.standardValueRule(for: name),
            revision: 0
        )
    }
}
