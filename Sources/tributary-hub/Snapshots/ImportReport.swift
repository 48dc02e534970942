import Federation
import HubStore
import JSON
import Presentation

/// What became of the items of a snapshot, or would.
struct ImportReport: Sendable {
    /// What became of the items of one collection.
    struct Tally: Sendable {
        var new: Int64 = 0
        var changed: Int64 = 0
        var unchanged: Int64 = 0
        var stale: Int64 = 0
        var refused: Int64 = 0
    }

    /// Refused items that are named.
    private static let shownRefusals = 20

    private let summary: SnapshotSummary
    private let chosen: [CollectionName]
    private let isRehearsal: Bool
    private var tallies: [CollectionName: Tally] = [:]
    private var refusals: [(place: SnapshotPlace, id: PatternID?, refusal: Refusal)] = []
    private(set) var read: Int64 = 0

    /// An empty report on the `chosen` collections of a snapshot.
    init(_ summary: SnapshotSummary, chosen: [CollectionName], isRehearsal: Bool) {
        self.summary = summary
        self.chosen = chosen
        self.isRehearsal = isRehearsal
    }

    /// Items that are to be read.
    var total: Int64 { summary.entries.filter { chosen.contains($0.collection) }.reduce(0) { $0 + $1.items } }
    var refused: Int64 { tallies.values.reduce(0) { $0 + $1.refused } }
    private var kept: Int64 { tallies.values.reduce(0) { $0 + $1.new + $1.changed } }

    mutating func add(_ verdicts: [SnapshotVerdict], of collection: CollectionName) {
        read += Int64(verdicts.count)
        var tally = tallies[collection] ?? Tally()
        for verdict in verdicts {
            switch verdict.verdict {
            case .accepted: if verdict.isChange { tally.changed += 1 } else { tally.new += 1 }
            case .unchanged: tally.unchanged += 1
            case .stale: tally.stale += 1
            case .refused(let refusal):
                tally.refused += 1
                if refusals.count < ImportReport.shownRefusals { refusals.append((verdict.place, verdict.id, refusal)) }
            }
        }
        tallies[collection] = tally
    }

    /// The report for people; `options` lead to the hub.
    func text(_ options: String) -> String {
        var table = TextTable(["COLLECTION", "NEW", "CHANGED", "UNCHANGED", "STALE", "REFUSED"], numbers: 1..<6)
        for collection in chosen {
            let tally = tallies[collection] ?? Tally()
            let counts = [tally.new, tally.changed, tally.unchanged, tally.stale, tally.refused]
            table.append([collection.text] + counts.map(String.init))
        }
        var lines = [origin]
        if !table.isEmpty { lines.append(table.text) }
        for (place, id, refusal) in refusals {
            let name = id.map { " '\($0)'" } ?? ""
            lines.append("refused: \(place)\(name): \(refusal.detail) (\(refusal.code.rawValue))")
        }
        if refused > Int64(refusals.count) { lines.append("and \(refused - Int64(refusals.count)) more were refused") }
        if isRehearsal {
            lines.append("Nothing was changed.")
        } else if refused > 0 {
            lines.append("What was refused is in quarantine: tributary-hub quarantine list \(options)")
        } else if kept == 0 {
            lines.append("The hub had all of it already; nothing was changed.")
        }
        return lines.joined(separator: "\n")
    }

    private var origin: String {
        var text = "a snapshot"
        if let node = summary.nodeID { text += " of \(HarmlessText.of(String(node.prefix(128))))" }
        if let time = summary.takenAt { text += ", made \(time.short)" }
        return text + (summary.isVerified ? ", whole and unchanged" : ", which says nothing that could be verified")
    }

    var json: JSONValue {
        .object([
            .init("node_id", summary.nodeID.map(JSONValue.string) ?? .null),
            .init("timestamp", summary.takenAt.map { .string($0.description) } ?? .null),
            .init("verified", .boolean(summary.isVerified)),
            .init("dry_run", .boolean(isRehearsal)),
            .init(
                "collections",
                .object(chosen.map { .init($0.text, (tallies[$0] ?? Tally()).json) })
            ),
            .init("refused", .array(refusals.map { ImportReport.json($0.place, $0.id, $0.refusal) })),
        ])
    }

    private static func json(_ place: SnapshotPlace, _ id: PatternID?, _ refusal: Refusal) -> JSONValue {
        [
            "collection": place.collection.map { .string($0.text) } ?? .null,
            "item": place.item.map(JSONValue.integer) ?? .null,
            "offset": .integer(place.offset),
            "id": id.map { .string($0.description) } ?? .null,
            "code": .string(refusal.code.rawValue),
            "detail": .string(refusal.detail),
        ]
    }
}

extension ImportReport.Tally {
    fileprivate var json: JSONValue {
        [
            "new": .integer(new), "changed": .integer(changed), "unchanged": .integer(unchanged),
            "stale": .integer(stale), "refused": .integer(refused),
        ]
    }
}
