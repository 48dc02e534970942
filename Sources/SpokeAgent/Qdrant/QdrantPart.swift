internal import Digest
package import Federation
internal import JSON
internal import Qdrant

/// One collection of a Qdrant.
///
/// Points are read without their vectors; those of changed points are asked for by their ids, so that a round costs what
/// changed. Where the kind of vectors is another than before, all vectors are read.
package final class QdrantPart: SourcePart {
    package let name: String
    private let client: QdrantClient
    private let policy: CollectionPolicy
    private let vectors: CollectionInfo.Vectors?
    private let model: String?
    private let filter: JSONValue?
    private let sinkPoints: SinkPoints
    /// What kind of vectors the collection has, and which model made them.
    private let space: String
    private let readsVectors: Bool
    /// Records that are asked for next, and those that were read ahead.
    private var expected: [String] = []
    private var ahead: [String: [UInt8]] = [:]

    init(
        name: String,
        client: QdrantClient,
        policy: CollectionPolicy,
        vectors: CollectionInfo.Vectors?,
        model: String?,
        filter: JSONValue?,
        sinkPoints: SinkPoints
    ) throws {
        self.name = name
        self.client = client
        self.policy = policy
        self.vectors = vectors
        self.model = model
        self.filter = filter
        self.sinkPoints = sinkPoints
        space = "\(vectors?.size ?? 0) \(vectors?.name ?? "") \(model ?? "")"
        let isOther = try sinkPoints.state.sourceSpace(name, of: sinkPoints.collection) != space
        // Where nothing was said yet, all vectors are read anyway.
        readsVectors = try isOther && vectors != nil && sinkPoints.state.hasOffered(in: sinkPoints.collection)
    }

    package var fingerprint: String? { nil }
    package var isWhole: Bool { true }
    package var isFilledBySinks: Bool { true }

    package func isSettled(at now: Timestamp) -> Bool { true }

    package func forEachRecord(_ body: (SourceRecord) throws -> Void) throws {
        var number: Int64 = 0
        let hasCopies = try sinkPoints.hasCopies()
        let copies = QdrantPoint(policy: policy, hasher: sinkPoints.state.hasher)
        let wanted = selection(withVectors: readsVectors)
        try SpokeError.translating {
            try client.forEachPoint(of: policy.collection.text, wanted) { point in
                number += 1
                if hasCopies, try isCopy(point, copies) { return }
                let place = SourcePlace(offset: number, length: point.length, key: point.key)
                let text = record(point)
                try text.withUnsafeBytes { bytes in
                    try body(
                        SourceRecord(
                            number: number,
                            place: place,
                            text: RecordSlice(bytes: bytes, length: point.isOversized ? point.length : bytes.count),
                            leavesOutVector: vectors != nil && !readsVectors
                        )
                    )
                }
            }
        }
    }

    package func expect(_ places: [SourcePlace]) {
        expected = places.compactMap(\.key).reversed()
        ahead.removeAll()
    }

    package func record(at place: SourcePlace) throws -> [UInt8]? {
        guard let key = place.key else { return nil }
        if let record = ahead.removeValue(forKey: key) { return record }
        var keys = [key]
        let wanted = selection(withVectors: true)
        // What is asked for next is read along.
        while keys.count < min(wanted.pagePoints, QdrantLimits.namedPoints), let next = expected.popLast() {
            if next != key { keys.append(next) }
        }
        ahead.removeAll(keepingCapacity: true)
        try SpokeError.translating {
            try client.points(keys, of: policy.collection.text, wanted) { ahead[$0.key] = record($0) }
        }
        return ahead.removeValue(forKey: key)
    }

    package func noteSettled() throws {
        try sinkPoints.state.saveSourceSpace(space, name, of: sinkPoints.collection)
    }

    private func selection(withVectors: Bool) -> PointSelection {
        guard withVectors, let vectors else { return PointSelection(.all, filter: filter) }
        return PointSelection(
            .all,
            vector: vectors.name.map { .named($0) } ?? .unnamed,
            dimension: vectors.size,
            filter: filter
        )
    }

    /// The point as a record of a source; of one that is too long, its id alone.
    private func record(_ point: PointSlice) -> [UInt8] {
        var text = Array(#"{"id":"#.utf8)
        text.reserveCapacity(point.length + (model?.utf8.count ?? 0) + 32)
        text.append(contentsOf: point.key.utf8)
        if !point.isOversized {
            text.append(contentsOf: #","payload":"#.utf8)
            if let payload = point.payload {
                text.append(contentsOf: payload)
            } else {
                text.append(contentsOf: "{}".utf8)
            }
            if let vectors, let vector = point.vector(vectors.name) {
                text.append(contentsOf: #","vector":"#.utf8)
                text.append(contentsOf: vector)
                if let model {
                    text.append(contentsOf: #","vector_model":"#.utf8)
                    JSONText.appendString(model, to: &text)
                }
            }
        }
        text.append(UInt8(ascii: "}"))
        return text
    }

    /// Whether the sink put the point there for one of this node's own patterns, which another source has: that one tells
    /// what becomes of it, as long as the point was not changed.
    private func isCopy(_ point: PointSlice, _ reader: QdrantPoint) throws -> Bool {
        guard let row = try sinkPoints.row(point.key), row.isCopy, row.isWritten == true else { return false }
        guard case .imported = reader.standing(of: point) else { return false }
        return true
    }
}
