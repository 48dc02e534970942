import Digest
import Federation
import HubStore
import JSON

/// Turns a body into contributions: records are cut, admitted, and stored batch by batch, so that neither a long body
/// nor a long batch is held in memory.
///
/// While one batch is being stored the next one is already being read and checked, unless many push at once.
struct PushReceiver<Splitter: RecordSplitter> {
    private static var sliceBytes: Int { 64 * 1024 }

    private let hub: Hub
    private let node: EnrolledNode
    private let collection: CollectionName
    private let admission: Admission
    private var splitter: Splitter
    private let batchItems: Int
    private var batch: PushBatch
    private var storing: Task<StoredBatch, any Error>?
    private var line: Int64 = 0
    private(set) var report = PushReport()
    /// The first two ids; the kind of the second is what the predecessor's client compares by.
    private(set) var firstIDs: [PatternID] = []
    private(set) var vectorDimension: Int?

    /// A receiver of what `node` says about patterns of the collection with this policy.
    init(
        hub: Hub,
        node: EnrolledNode,
        policy: CollectionPolicy,
        splitter: Splitter,
        readsExports: Bool = false
    ) {
        self.hub = hub
        self.node = node
        self.splitter = splitter
        collection = policy.collection
        batchItems = policy.strategy.batchItems
        batch = PushBatch(greatestCount: batchItems)
        admission = Admission(
            of: node,
            under: policy,
            now: hub.now(),
            hasher: SHA256(),
            readsExports: readsExports
        )
    }

    /// Receives `body` to its end; throws a ``Problem``, or what storing throws.
    ///
    /// What was stored before stays stored.
    mutating func receive(_ body: BodyReader) async throws {
        for try await piece in body {
            // Slice by slice: a great piece must not become a great batch.
            for start in stride(from: 0, to: piece.count, by: PushReceiver.sliceBytes) {
                let end = min(start + PushReceiver.sliceBytes, piece.count)
                try piece.withUnsafeBytes { try split(UnsafeRawBufferPointer(rebasing: $0[start..<end])) }
                if batch.isFull { try await store() }
            }
        }
        try finish()
        try await store()
        try await join()
        report.lines.sort { $0.line < $1.line }
        count()
    }

    private mutating func split(_ bytes: UnsafeRawBufferPointer) throws {
        // The splitter is taken out while it runs, because what it calls changes the receiver.
        var splitter = splitter
        defer { self.splitter = splitter }
        try splitter.split(bytes) { try take($0) }
    }

    private mutating func finish() throws {
        var splitter = splitter
        try splitter.finish { try take($0) }
    }

    private mutating func take(_ record: RecordSlice) throws {
        line += 1
        guard line <= Limits.pushItems else {
            throw Problem(
                413,
                .tooManyItems,
                "a push has at most \(Limits.pushItems) items; send the rest in further pushes"
            )
        }
        var id: PatternID?
        do throws(Refusal) {
            let item = try admission.admit(record, id: &id)
            note(item)
            batch.append(item, line: line)
        } catch {
            batch.append(
                QuarantinedItem(
                    collection: collection,
                    id: id,
                    refusal: error,
                    body: Array(record.bytes.prefix(Limits.quarantineBodyBytes)),
                    bodyLength: Int64(record.length)
                ),
                line: line
            )
        }
    }

    private mutating func note(_ item: AdmittedItem) {
        if firstIDs.count < 2 { firstIDs.append(item.contribution.id) }
        if vectorDimension == nil { vectorDimension = item.contribution.content?.vector?.dimension }
    }

    /// Begins to store the batch, once the one before is stored.
    private mutating func store() async throws {
        try await join()
        guard !batch.isEmpty else { return }
        let full = batch
        batch = PushBatch(greatestCount: batchItems)
        let (hub, node, collection) = (hub, node, collection)
        // A task of its own: a client that goes away does not undo what is being stored.
        storing = Task { try await full.store(in: hub, node: node, collection: collection) }
        // Reading ahead doubles what a push holds in memory, which many at once cannot do.
        if await hub.pushSlots.isCrowded { try await join() }
    }

    private mutating func join() async throws {
        guard let storing else { return }
        self.storing = nil
        let stored = try await storing.value
        for line in stored.lines { report.add(line) }
        if let cursor = stored.cursor { report.cursor = cursor }
    }

    private func count() {
        let name = collection.text
        for (verdict, amount) in [
            ("accepted", report.accepted), ("unchanged", report.unchanged), ("stale", report.stale),
            ("refused", report.refused),
        ] {
            hub.metrics.add("tributary_push_items_total", ["collection": name, "verdict": verdict], amount: amount)
        }
    }
}
