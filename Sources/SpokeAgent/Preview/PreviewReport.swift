package import Federation
package import JSON
internal import Presentation

/// What a preview found, counted.
package struct PreviewReport: Sendable {
    /// One collection.
    package struct Entry: Sendable {
        package var collection: CollectionName
        package var scan: ScanTally
        /// Items and bytes by what becomes of them.
        package var items: [PreviewItem.Kind: Int64] = [:]
        package var bytes: [PreviewItem.Kind: Int64] = [:]
        /// What would be taken back, and is not.
        package var heldRetractions: CollectionReport.HeldRetractions?
        /// Patterns that changed while they were read.
        package var changedWhileRead: Int64 = 0
        /// Why nobody can say exactly what the next push sends.
        package var doubt: String?

        mutating func add(_ item: PreviewItem) {
            items[item.kind, default: 0] += 1
            bytes[item.kind, default: 0] += Int64(item.bytes)
        }
    }

    package var entries: [Entry] = []
    package var notes: [String] = []
    /// Whether something could not be read that should have been.
    package var isPartial = false
    /// Unreadable lines shown of one collection; the rest is counted.
    private static let shownLines = 5

    /// How the program ends: as the push would that was looked at.
    package var status: ExitStatus {
        let isIncomplete = entries.contains { entry in
            entry.scan.unreadable > 0 || entry.heldRetractions != nil || entry.changedWhileRead > 0
        }
        return isPartial || isIncomplete ? .partial : .ok
    }

    /// Items that would be sent.
    package var sent: Int64 { count { $0.items } }
    /// Their bytes, before compression.
    package var bytes: Int64 { count { $0.bytes } }

    private func count(_ counts: (Entry) -> [PreviewItem.Kind: Int64]) -> Int64 {
        entries.reduce(0) { sum, entry in
            sum + counts(entry).reduce(0) { $1.key == .held ? $0 : $0 + $1.value }
        }
    }

    /// The counts as people read them.
    package var lines: [String] {
        var table = TextTable(
            [
                "collection", "new", "changed", "again", "retracted", "bytes", "held", "not shared", "below", "pulled",
                "unreadable",
            ],
            numbers: 1..<11
        )
        for entry in entries {
            let kinds: [PreviewItem.Kind] = [.new, .changed, .again, .retracted]
            let bytes = entry.bytes.reduce(0) { $1.key == .held ? $0 : $0 + $1.value }
            let below = entry.scan.belowThreshold + entry.scan.withoutValue
            let rest = [bytes, entry.scan.held, entry.scan.notShared, below, entry.scan.pulled, entry.scan.unreadable]
            table.append(
                [entry.collection.text] + (kinds.map { entry.items[$0] ?? 0 } + rest).map { String($0) }
            )
        }
        var lines = table.lines
        for entry in entries {
            lines += entry.scan.unreadableFindings(entry.collection, maximumLines: PreviewReport.shownLines)
            lines += entry.scan.exclusions.map { "\(entry.collection): \($0)" }
            let guarded = entry.scan.reasons.filter { GuardCode.isOfGuard($0.key) }.sorted { $0.key < $1.key }
            lines += guarded.map { "\(entry.collection): \($0.value) because of \($0.key)" }
            if let held = entry.heldRetractions { lines.append("\(entry.collection): \(held)") }
            if entry.changedWhileRead > 0 {
                lines.append("\(entry.collection): \(entry.changedWhileRead) changed while they were read; look again")
            }
            if let doubt = entry.doubt { lines.append("\(entry.collection): \(doubt)") }
        }
        return (lines + notes).map(HarmlessText.of)
    }

    /// The counts as programs read them.
    package var json: [JSONValue] {
        entries.map { entry in
            var members: [JSONValue.Member] = [.init("collection", .string(entry.collection.text))]
            for kind in PreviewItem.Kind.allCases {
                members.append(.init(kind.rawValue, .integer(entry.items[kind] ?? 0)))
                members.append(.init("\(kind.rawValue)_bytes", .integer(entry.bytes[kind] ?? 0)))
            }
            members.append(.init("source", entry.scan.json))
            members.append(
                .init("retractions_held_because", entry.heldRetractions.map { .string($0.description) } ?? .null)
            )
            members.append(.init("doubt", entry.doubt.map { .string($0) } ?? .null))
            return .object(members)
        }
    }
}
