internal import Digest
internal import Federation
internal import JSON
internal import Qdrant

/// Brings one collection of a Qdrant up to the winners held.
///
/// It may be cut off at any point: what is about to be written is remembered before it is, and what was written carries a
/// mark that says so.
final class QdrantUpdate {
    let client: QdrantClient
    let settings: QdrantSettings
    let collection: CollectionName
    let points: SinkPoints
    /// This node, as the state knows it.
    let node: String?
    /// What tells imported points from others.
    let reader: QdrantPoint
    /// The vectors that points of the collection have here; `nil` where they have none.
    private(set) var vectors: CollectionInfo.Vectors?
    /// Whether the collection was missing, so that this node's own patterns are put back where they were.
    private(set) var wasMissing = false
    var written: Int64 = 0
    var removed: Int64 = 0
    /// What is worth knowing.
    var notes: [String] = []
    /// What Qdrant said of a point that it refused.
    var refusal: String?

    init(
        client: QdrantClient,
        settings: QdrantSettings,
        collection: CollectionName,
        points: SinkPoints,
        node: String?
    ) {
        self.client = client
        self.settings = settings
        self.collection = collection
        self.points = points
        self.node = node
        reader = QdrantPoint(collection: collection, hasher: points.state.hasher)
    }

    /// The collection, for people.
    var address: String { client.endpoint.address(of: collection.text) }

    /// Does everything there is to do; throws a ``SpokeError`` or ``QdrantError``.
    func run() throws -> SinkOutcome {
        guard let info = try client.collection(collection.text) ?? makeCollection() else { return try outcome() }
        vectors = try settings.vectors(of: info, at: address)
        var position = try points.position() ?? SinkPoints.Position()
        if position.points != info.points || position.dimension != dimension {
            try compare(&position, info)
        }
        try writeChanges(&position)
        try writeDue()
        try removeGone()
        let isWritten = written > 0 || removed > 0
        let present = try isWritten ? client.collection(collection.text)?.points ?? 0 : info.points
        if position.points != present || position.dimension != dimension {
            position.points = present
            position.dimension = dimension
            try points.save(position)
        }
        return try outcome()
    }

    private var dimension: Int { vectors?.size ?? 0 }

    /// Makes the collection, of the size that most winners have; `nil` where no winner has a vector.
    private func makeCollection() throws -> CollectionInfo? {
        try points.forget()
        guard let shape = try points.shapes().first else {
            let winners = try points.state.winnerPosition(of: collection).count
            if winners > 0 {
                notes.append(
                    "\(winners) winners are not written to \(address), which does not exist: none of them has a vector, so"
                        + " nobody knows which size it should have; share patterns with their vectors, or make it"
                )
            }
            return nil
        }
        try client.createCollection(
            collection.text,
            vectors: CollectionInfo.Vectors(name: settings.vector, size: shape.dimension, distance: "Cosine")
        )
        wasMissing = true
        notes.append(
            "\(address) was missing and is made, for vectors of \(shape.dimension) numbers"
                + " (\(QdrantUpdate.model(shape.model)))"
        )
        return try client.collection(collection.text)
    }

    /// `model` for people.
    static func model(_ name: String?) -> String {
        name.map { "model \(ShownName.of($0))" } ?? "no model named"
    }

    // MARK: What the collection holds

    /// The collection is not as it was left: what was imported and is missing is written again, and what was not written
    /// is tried again.
    ///
    /// It is read through where points are gone. Where it only grew, the imports are counted.
    private func compare(_ position: inout SinkPoints.Position, _ info: CollectionInfo) throws {
        let isFirst = position.points < 0
        let isOther = position.dimension != dimension
        if !isFirst { try points.releaseUnwritten(withOtherDimension: isOther) }
        if isFirst, info.points == 0 { return }
        if !isFirst, !isOther, info.points >= position.points, try marked() == points.written() { return }
        position.readings += 1
        var found: [SinkPoints.Found] = []
        try client.forEachPoint(of: collection.text, PointSelection(.only(["federation"]))) { point in
            found.append(SinkPoints.Found(point: point.key, mark: mark(of: point)))
            guard found.count >= QdrantUpdate.notedPoints else { return }
            try points.note(found, reading: position.readings)
            found.removeAll(keepingCapacity: true)
        }
        try points.note(found, reading: position.readings)
        try points.releaseMissing(reading: position.readings)
    }

    /// Points that are noted at once.
    private static let notedPoints = 500

    /// How many points say that they were imported; `nil` where Qdrant does not count them.
    private func marked() throws -> Int64? {
        do {
            return try client.count(
                of: collection.text,
                filter: ["must_not": [["is_empty": ["key": "federation"]]]]
            )
        } catch let error as QdrantError {
            // A Qdrant may be told to refuse what needs an index.
            guard case .refused = error.kind else { throw error }
            return nil
        }
    }

    /// What a point says of its import.
    private func mark(of point: PointSlice) -> SinkPoints.Mark? {
        guard let text = point.payload, let federation = (try? JSONDocument(parsing: text))?.root["federation"],
            let checksum = federation["checksum"]?.string, SHA256Digest(hex: checksum) != nil,
            let origin = federation["origin"]?.string,
            let id = federation["id"].map({ try? PatternID($0) }) ?? PointKey.patternID(point.key),
            PointKey.of(id, in: collection) == point.key
        else { return nil }
        return SinkPoints.Mark(id: id, origin: origin)
    }

    // MARK: What changed

    private func writeChanges(_ position: inout SinkPoints.Position) throws {
        while true {
            let changes = try points.changes(after: position, limit: QdrantLimits.writtenPoints)
            guard let last = changes.last else { return }
            try write(changes)
            position.changedAt = last.changedAt
            position.id = last.winner.id
            try points.save(position)
        }
    }

    private func writeDue() throws {
        while true {
            let changes = try points.dueChanges(limit: QdrantLimits.writtenPoints)
            guard !changes.isEmpty else { return }
            try write(changes)
        }
    }

    /// Removes the points whose winners were dropped, as far as they are as they were imported.
    private func removeGone() throws {
        var kept: Int64 = 0
        while true {
            let rows = try points.gone(limit: QdrantLimits.namedPoints)
            guard !rows.isEmpty else { break }
            var removable: [String] = []
            let origins = Dictionary(rows.map { ($0.point, ($0.id, $0.origin)) }) { first, _ in first }
            try client.points(
                rows.filter { $0.isWritten == true }.map(\.point),
                of: collection.text,
                PointSelection(.all)
            ) {
                point in
                guard let (id, origin) = origins[point.key] else { return }
                if case .imported(origin, _) = reader.standing(of: point, as: id) {
                    removable.append(point.key)
                } else {
                    kept += 1
                }
            }
            try client.delete(removable, from: collection.text)
            try points.remove(rows.map(\.point))
            removed += Int64(removable.count)
        }
        if kept > 0 {
            notes.append("\(kept) withdrawn points stay in \(address), as they were changed there")
        }
    }
}

/// Names from elsewhere, made fit to be shown.
enum ShownName {
    static func of(_ name: String) -> String { "'\(name.prefix(maximumCharacters))'" }

    private static let maximumCharacters = 128
}
