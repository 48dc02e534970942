package import Federation
package import JSON
internal import Presentation

/// What became of a snapshot, or would.
package struct SnapshotImportReport: Sendable {
    /// What became of one collection.
    package struct Entry: Sendable, Equatable {
        package var collection: CollectionName
        package var new: Int64
        package var changed: Int64
        package var unchanged: Int64
        /// Older than what was imported before.
        package var stale: Int64
        package var refused: Int64
        /// Of all of them, those whose winner is held from the hub and stands before.
        package var behindWinners: Int64
    }

    /// A refused item that is named.
    fileprivate struct Refused {
        var place: SnapshotPlace
        /// As it can be shown.
        var id: String?
        var code: RefusalCode
        var detail: String
    }

    /// Refused items that are named.
    private static let shownRefusals = 20

    package let isRehearsal: Bool
    package internal(set) var summary: SnapshotSummary?
    package internal(set) var entries: [Entry] = []
    private var refusals: [Refused] = []
    private(set) var refusedCounts: [CollectionName: Int64] = [:]

    private let contentGuard: ContentGuard

    init(isRehearsal: Bool, contentGuard: ContentGuard) {
        self.isRehearsal = isRehearsal
        self.contentGuard = contentGuard
    }

    package var status: ExitStatus { refusedCounts.isEmpty ? .ok : .partial }

    /// Whether anything is there that was not there before.
    package var changesSomething: Bool { entries.contains { $0.new + $0.changed > 0 } }

    mutating func refuse(_ id: PatternID?, _ refusal: Refusal, at place: SnapshotPlace, in collection: CollectionName) {
        refusedCounts[collection, default: 0] += 1
        guard refusals.count < SnapshotImportReport.shownRefusals else { return }
        refusals.append(
            Refused(
                place: place,
                id: id.map(contentGuard.shown),
                code: refusal.code,
                detail: contentGuard.shown(refusal.detail)
            )
        )
    }

    /// The report for people.
    package var text: String {
        var lines = [origin]
        var table = TextTable(["COLLECTION", "NEW", "CHANGED", "UNCHANGED", "STALE", "REFUSED"], numbers: 1..<6)
        for entry in entries {
            let counts = [entry.new, entry.changed, entry.unchanged, entry.stale, entry.refused]
            table.append([entry.collection.text] + counts.map(String.init))
        }
        if !table.isEmpty { lines.append(table.text) }
        for refused in refusals {
            let name = refused.id.map { " '\(HarmlessText.of($0))'" } ?? ""
            let detail = HarmlessText.of(refused.detail)
            lines.append("refused: \(refused.place)\(name): \(detail) (\(refused.code.rawValue))")
        }
        let more = refusedCounts.values.reduce(0, +) - Int64(refusals.count)
        if more > 0 { lines.append("and \(more) more were refused") }
        let behind = entries.reduce(0) { $0 + $1.behindWinners }
        if behind > 0 {
            lines.append(
                "\(behind) of these \(behind == 1 ? "is" : "are") held from the hub already, which stands before"
            )
        }
        if isRehearsal {
            lines.append("Nothing was changed.")
        } else if !changesSomething {
            lines.append("All of it was here already; nothing was changed.")
        }
        return lines.joined(separator: "\n")
    }

    private var origin: String {
        guard let summary else { return "no snapshot" }
        var text = "a snapshot"
        if let node = summary.nodeID { text += " of \(HarmlessText.of(contentGuard.shown(String(node.prefix(128)))))" }
        if let time = summary.takenAt { text += ", made \(time.description.prefix { $0 != "." })" }
        return text + (summary.isVerified ? ", whole and unchanged" : ", which says nothing that could be verified")
    }

    package var json: JSONValue {
        .object([
            .init("node_id", summary?.nodeID.map { .string(contentGuard.shown($0)) } ?? .null),
            .init("timestamp", summary?.takenAt.map { .string($0.description) } ?? .null),
            .init("verified", .boolean(summary?.isVerified ?? false)),
            .init("dry_run", .boolean(isRehearsal)),
            .init("collections", .object(entries.map { .init($0.collection.text, $0.json) })),
            .init("refused", .array(refusals.map(\.json))),
        ])
    }
}

extension SnapshotImportReport.Entry {
    init(_ collection: CollectionName, _ counts: SpokeState.ImportCounts, refused: Int64) {
        self.init(
            collection: collection,
            new: counts.new,
            changed: counts.changed,
            unchanged: counts.unchanged,
            stale: counts.stale,
            refused: refused,
            behindWinners: counts.behindWinners
        )
    }

    fileprivate var json: JSONValue {
        [
            "new": .integer(new), "changed": .integer(changed), "unchanged": .integer(unchanged),
            "stale": .integer(stale), "refused": .integer(refused), "held_from_hub": .integer(behindWinners),
        ]
    }
}

extension SnapshotImportReport.Refused {
    fileprivate var json: JSONValue {
        [
            "collection": place.collection.map { .string($0.text) } ?? .null,
            "item": place.item.map(JSONValue.integer) ?? .null,
            "offset": .integer(place.offset),
            "id": id.map { .string($0) } ?? .null,
            "code": .string(code.rawValue),
            "detail": .string(detail),
        ]
    }
}
