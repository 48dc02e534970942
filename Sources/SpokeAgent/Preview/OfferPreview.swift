internal import Digest
internal import Federation

/// Goes through what a scan found as a push would, and sends nothing.
final class OfferPreview {
    private static let portion = 500

    private(set) var changedWhileRead: Int64 = 0

    private let scan: CollectionScan
    private let retracts: Bool
    private let now: () -> Timestamp
    private let hasher = SHA256()

    /// The offers of `scan`; with `retracts`, also what is to be taken back.
    init(_ scan: CollectionScan, retracts: Bool, now: @escaping () -> Timestamp) {
        self.scan = scan
        self.retracts = retracts
        self.now = now
    }

    /// Calls `body` with content first, then with what is taken back, then with what is held back.
    func forEachItem(_ body: (PreviewItem) throws -> Void) throws {
        try forEachContent(body)
        if retracts { try forEachRetraction(body) }
        for held in try scan.table.heldRecords(limit: Int(Int32.max)) {
            var item = item(held.id, .held)
            item.part = scan.parts[held.part].name
            item.number = held.number
            item.rules = held.rules
            try body(item)
        }
    }

    private func forEachContent(_ body: (PreviewItem) throws -> Void) throws {
        var last: PatternID?
        while true {
            let changes = try scan.changes(after: last, limit: OfferPreview.portion)
            guard !changes.isEmpty else { return }
            last = changes.last?.id
            for change in changes {
                guard let content = try scan.content(of: change) else {
                    changedWhileRead += 1
                    continue
                }
                try body(item(change, content))
            }
        }
    }

    private func item(_ change: ScanTable.Change, _ content: SourceItem) -> PreviewItem {
        var item = item(change.id, PreviewItem.Kind(change, content))
        item.value = content.value
        item.part = scan.parts[change.place.part].name
        item.number = change.number
        item.rules = content.reasons
        guard let revision = revision(after: change.offered, change, content) else {
            item.holdUnnumbered()
            return item
        }
        item.payload = content.payload
        var sent: [UInt8] = []
        PushLine.append(
            id: change.id,
            revision: revision,
            checksum: content.checksum,
            payload: content.payload,
            vector: content.vector,
            to: &sent
        )
        item.bytes = sent.count
        return item
    }

    private func forEachRetraction(_ body: (PreviewItem) throws -> Void) throws {
        var last: PatternID?
        while true {
            let found = try scan.table.retractions(after: last, limit: OfferPreview.portion)
            guard !found.isEmpty else { return }
            last = found.last?.id
            for (id, offered) in found {
                var item = item(id, .retracted)
                if let revision = revision(ofRetracting: id, after: offered) {
                    var sent: [UInt8] = []
                    PushLine.appendRetraction(id: id, revision: revision, to: &sent)
                    item.bytes = sent.count
                } else {
                    item.holdUnnumbered()
                }
                try body(item)
            }
        }
    }

    private func revision(
        after offered: OfferedStatement?,
        _ change: ScanTable.Change,
        _ content: SourceItem
    ) -> Int64? {
        OfferedStatement.revision(
            after: offered,
            for: change.checksum,
            content.vectorDigest,
            isRetraction: false,
            now: now().microseconds
        )
    }

    private func revision(ofRetracting id: PatternID, after offered: OfferedStatement) -> Int64? {
        OfferedStatement.revision(
            after: offered,
            for: PatternChecksum.retraction(collection: scan.policy.collection, id: id, hasher: hasher),
            .none,
            isRetraction: true,
            now: now().microseconds
        )
    }

    private func item(_ id: PatternID, _ kind: PreviewItem.Kind) -> PreviewItem {
        PreviewItem(collection: scan.policy.collection, id: id, shownID: scan.shown(id), kind: kind, bytes: 0)
    }
}

extension PreviewItem {
    /// It stays here because no number is left for another statement of it.
    fileprivate mutating func holdUnnumbered() {
        kind = .held
        rules = [OfferedStatement.exhaustedCode]
    }
}

extension PreviewItem.Kind {
    /// What a change, which says `content`, is to the hub.
    fileprivate init(_ change: ScanTable.Change, _ content: SourceItem) {
        guard let offered = change.offered else {
            self = .new
            return
        }
        let isSame = offered.checksum == change.checksum && offered.vectorDigest == content.vectorDigest
        if isSame, !offered.isRetraction {
            self = .again
        } else {
            self = offered.acceptedRevision > 0 && !offered.isRetraction ? .changed : .new
        }
    }
}
