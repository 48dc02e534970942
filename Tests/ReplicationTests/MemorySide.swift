import Digest
import Federation
import JSON
import Replication

/// The hub that asks, in memory: it compares, and pulls.
final class MemorySide: ReconciliationSide, PullTarget {
    var statements = Statements()
    /// What is not to be forwarded.
    var withheld: Set<ContributionKey> = []
    /// Lines that came, durable or not.
    private(set) var taken = 0
    private var cursor: String?
    private var uncommitted: [StatementVersion] = []
    private let hasher = SHA256()

    // MARK: Comparing

    func sums(of ranges: [PatternRange]) throws -> [SetDigest] {
        var offered = statements
        for key in withheld { offered.versions[key] = nil }
        return ranges.map { offered.sum(of: $0, hasher) }
    }

    func statements(in range: PatternRange, after key: ContributionKey?, limit: Int) throws -> [HeldStatement] {
        statements.sorted(in: range).filter { held in key.map { $0 < held.key } ?? true }.prefix(limit)
            .map { HeldStatement($0, isOffered: !withheld.contains($0.key)) }
    }

    func offers(of keys: [ContributionKey]) throws -> Offers {
        Offers(keys.compactMap { key in statements.versions[key].map { StatementVersion(key: key, version: $0) } })
    }

    func receive(_ line: FeedLine, raw: RecordSlice) throws {
        guard let provenance = line.provenance else { return }
        taken += 1
        let key = ContributionKey(id: line.id, origin: provenance.origin)
        uncommitted.append(StatementVersion(key: key, version: provenance.version))
    }

    func commitReceived() throws {
        for statement in uncommitted { statements.join(statement.key, statement.version) }
        uncommitted = []
    }

    func discardReceived() {
        uncommitted = []
    }

    /// Statements of some keys, pushed in one batch.
    final class Offers: ContributionSource {
        private var rest: [StatementVersion]

        init(_ statements: [StatementVersion]) {
            rest = statements
        }

        func nextBatch(maximumItems: Int, maximumBytes: Int) throws -> PushBatch? {
            guard !rest.isEmpty else { return nil }
            var batch = PushBatch()
            for statement in rest.prefix(maximumItems) {
                batch.body += Statements.line(statement)
                batch.items.append(
                    PushBatch.Item(
                        id: statement.key.id,
                        origin: statement.key.origin,
                        revision: statement.version.revision,
                        isRetraction: true,
                        end: batch.body.count
                    )
                )
            }
            rest.removeFirst(batch.items.count)
            return batch
        }

        func settle(_ batch: PushBatch, _ answer: PushAnswer) throws {}
    }

    // MARK: Pulling

    func cursor(of collection: CollectionName) throws -> String? { cursor }

    func startOver(_ collection: CollectionName, because error: ReplicationError?) throws {
        throw error ?? ReplicationError(.cursorUnusable, "compare")
    }

    func begin(_ collection: CollectionName) throws {
        uncommitted = []
    }

    func take(_ line: FeedLine, raw: RecordSlice) throws -> WinnerChange {
        try receive(line, raw: raw)
        return .none
    }

    func commit(_ cursor: String, isEnd: Bool) throws -> Int64 {
        try commitReceived()
        self.cursor = cursor
        return 0
    }

    func discard() {
        uncommitted = []
    }

    func requiredTotal(of collection: CollectionName) throws -> SetDigest? { nil }
}
