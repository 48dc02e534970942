internal import Digest
internal import Federation
internal import JSON
internal import Replication

/// Reads all parts of a collection once, and notes in a ``ScanTable`` what each pattern is to become.
final class CollectionScan {
    let parts: [any SourcePart]
    let table: ScanTable
    let policy: CollectionPolicy
    private(set) var tally = ScanTally()
    /// Whether a line could not be read so thoroughly that nobody knows which pattern it is.
    private(set) var hasUnnamedLine = false

    private let state: SpokeState
    private let collection: Int64
    private let winners: HeldForeignWinners
    private let reader: SourceItemReader
    private let spool: ContentSpool?

    /// A scan of `parts`; with `spools`, what may leave is kept at hand, because most of it is going to.
    init(
        parts: [any SourcePart],
        policy: CollectionPolicy,
        node: NodeName,
        outgoing: OutgoingRules,
        state: SpokeState,
        collection: Int64,
        home: SpokeState? = nil,
        spools: Bool
    ) throws {
        spool = spools ? state.folder.flatMap { ContentSpool(in: $0) } : nil
        self.parts = parts
        self.policy = policy
        self.state = state
        self.collection = collection
        winners = try HeldForeignWinners(state, collection, shown: home, of: policy.collection, node: node)
        reader = SourceItemReader(policy: policy, node: node, outgoing: outgoing, hasher: state.hasher)
        table = try ScanTable(
            state: state,
            collection: collection,
            parts: parts.map { ScanTable.Part(try state.number(ofPart: $0.name, in: collection), isWhole: $0.isWhole) }
        )
    }

    /// Reads the parts; `mayGoOn` is asked now and then, and may throw.
    func run(mayGoOn: () throws -> Void) throws {
        try table.fill {
            for (index, part) in parts.enumerated() {
                try part.forEachRecord { record in
                    tally.read += 1
                    if tally.read.isMultiple(of: CollectionScan.recordsBetweenChecks) { try mayGoOn() }
                    try add(record, of: part, index)
                }
            }
        }
        try table.keepLastLines()
        try note(table.reasons())
        for part in parts { tally.reasons.merge(part.passedOver, uniquingKeysWith: +) }
        for held in try table.heldRecords(limit: SourceLimits.listedLines) {
            tally.heldRecords.append(
                HeldRecord(
                    part: parts[held.part].name,
                    number: held.number,
                    id: ShownText.of(reader.shown(held.id)),
                    rules: held.rules
                )
            )
        }
        let counts = try table.counts()
        tally.offerable = counts[.offerable] ?? 0
        tally.pulled = counts[.pulled] ?? 0
        tally.belowThreshold = counts[.belowThreshold] ?? 0
        tally.withoutValue = counts[.withoutValue] ?? 0
        tally.markedRetracted = counts[.retracted] ?? 0
        tally.notShared = counts[.notShared] ?? 0
        tally.held = counts[.held] ?? 0
        let standing = counts.reduce(0) { $1.key == .unreadable ? $0 : $0 + $1.value }
        tally.superseded = tally.read - tally.unreadable - standing
    }

    private static let recordsBetweenChecks: Int64 = 1_000

    private func note(_ reasons: [(standing: ScanTable.Standing, rules: [String], count: Int64)]) {
        for (standing, rules, count) in reasons {
            if standing == .offerable, rules.contains(where: GuardCode.isRedaction) { tally.redacted += count }
            for rule in rules { tally.reasons[rule, default: 0] += count }
        }
    }

    private func add(_ record: SourceRecord, of part: any SourcePart, _ index: Int) throws {
        let place = ScanTable.Place(part: index, place: record.place)
        var id: PatternID?
        do {
            if let problem = record.problem { throw Refusal(.malformedJSON, problem) }
            let item = try reader.read(record.text, id: &id, besides: winners)
            let isWhole = item.standing == .offerable && !record.leavesOutVector
            try table.add(
                item,
                at: place,
                number: record.number,
                isVectorKnown: !record.leavesOutVector,
                spooled: isWhole ? spool?.add(item) : nil
            )
        } catch let refusal as Refusal {
            tally.add(
                BadLine(
                    path: record.place.key.map { "\(part.name)/points/\($0.filter { $0 != "\"" })" } ?? part.name,
                    line: record.number,
                    code: refusal.code.rawValue,
                    detail: reader.shown(refusal.detail)
                )
            )
            guard let id else {
                hasUnnamedLine = true
                return
            }
            try table.add(SourceItem(id: id, standing: .unreadable), at: place, number: record.number)
        }
    }

    /// An id as it can be shown.
    func shown(_ id: PatternID) -> String { reader.shown(id) }

    /// Up to `limit` patterns behind `id` whose content the hub does not have, or may not have.
    func changes(after id: PatternID?, limit: Int) throws -> [ScanTable.Change] {
        let changes = try table.changes(after: id, limit: limit)
        for (index, part) in parts.enumerated() {
            part.expect(changes.filter { $0.place.part == index && $0.spooled == nil }.map(\.place.place))
        }
        return changes
    }

    /// Up to `limit` patterns behind position `line` that may leave, whether the hub has them or not.
    func leaving(after line: Int64, limit: Int) throws -> [ScanTable.Leaving] {
        let leaving = try table.leaving(after: line, limit: limit)
        for (index, part) in parts.enumerated() {
            part.expect(
                leaving.map(\.change).filter { $0.place.part == index && $0.spooled == nil }.map(\.place.place)
            )
        }
        return leaving
    }

    /// The content of a change, as it was kept or read again; `nil` where its part was changed in place since it was
    /// scanned.
    func content(of change: ScanTable.Change) throws -> SourceItem? {
        if let place = change.spooled, let item = spool?.item(at: place, of: change) { return item }
        guard let bytes = try parts[change.place.part].record(at: change.place.place) else { return nil }
        var id: PatternID?
        let item = bytes.withUnsafeBytes { bytes in
            try? reader.read(
                RecordSlice(bytes: bytes, length: bytes.count),
                id: &id,
                besides: NoForeignWinners()
            )
        }
        guard let item, item.id == change.id, item.standing == .offerable, item.checksum == change.checksum,
            change.vectorDigest == nil || item.vectorDigest == change.vectorDigest
        else { return nil }
        return item
    }
}
