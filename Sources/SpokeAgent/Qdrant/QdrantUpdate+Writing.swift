internal import Digest
internal import Federation
internal import JSON
internal import Qdrant

extension QdrantUpdate {
    /// A winner that may be written, unless its point is somebody's own.
    private struct Candidate {
        var change: SinkPoints.Change
        var row: SinkPoints.Row
        /// What the point would say of its import, as canonical JSON.
        var mark: [UInt8]
        var mayBeWritten = true
        /// Whether an import is in its place already.
        var isThere = false
    }

    /// Writes winners, as far as the collection can have them and their points are free or were imported.
    func write(_ changes: [SinkPoints.Change]) throws {
        var settled: [SinkPoints.Row] = []
        var candidates: [String: Candidate] = [:]
        var order: [String] = []
        for change in changes {
            let key = PointKey.of(change.winner.id, in: collection)
            let row = row(for: change, key)
            guard row.standing == .written else {
                settled.append(row)
                continue
            }
            let mark = try JSONDocument(
                parsing: JSONValue.object(
                    SinkLine.provenance(of: change.winner, keepingID: mappedID(change, key) != nil)
                ).bytes
            )
            candidates[key] = Candidate(change: change, row: row, mark: QdrantPoint.canonical(mark.root) ?? [])
            order.append(key)
        }
        try client.points(order, of: collection.text, PointSelection(.all)) { point in
            try compare(point, &candidates)
        }
        for key in order {
            guard let candidate = candidates[key], !candidate.mayBeWritten else { continue }
            settled.append(candidate.row)
        }
        try points.save(settled)
        try write(order.compactMap { candidates[$0] }.filter(\.mayBeWritten))
    }

    /// What the point that is there means for the winner that is to be written in its place.
    private func compare(_ point: PointSlice, _ candidates: inout [String: Candidate]) throws {
        guard var candidate = candidates[point.key] else { return }
        defer { candidates[point.key] = candidate }
        let winner = candidate.change.winner
        func keep(_ standing: SinkPoints.Standing, _ checksum: String?, isMarked: Bool) {
            let isPresent = checksum == winner.checksum || isOwn(winner)
            candidate.row.standing = isPresent ? .present : standing
            candidate.row.isWritten = isMarked
            candidate.mayBeWritten = false
        }
        switch reader.standing(of: point, as: winner.id) {
        case .own(let checksum): keep(.foreign, checksum, isMarked: false)
        case .edited(let checksum): keep(.edited, checksum, isMarked: true)
        case .imported(_, let mark):
            candidate.isThere = true
            let row = try points.row(point.key)
            if let row, row.isWritten == true { candidate.row.isCopy = row.isCopy }
            // Vectors are not read, so what was written before tells; where that was lost, the mark has to do.
            guard mark == candidate.mark,
                row.map({ $0.vectorDigest == .none || $0.vectorDigest == candidate.change.vectorDigest }) ?? true
            else { return }
            candidate.mayBeWritten = false
        }
    }

    /// What becomes of a winner, as far as that can be told without looking at the collection.
    private func row(for change: SinkPoints.Change, _ key: String) -> SinkPoints.Row {
        let winner = change.winner
        var row = SinkPoints.Row(
            point: key,
            id: winner.id,
            origin: winner.origin,
            vectorDigest: change.vectorDigest,
            standing: .written,
            isWritten: true,
            isCopy: isOwn(winner) && !wasMissing
        )
        guard let vectors else { return row }
        guard let vector = winner.vector else {
            row.standing = .withoutVector
            row.isWritten = nil
            return row
        }
        if vector.count != vectors.size * MemoryLayout<Float>.size {
            row.standing = .otherDimension
            row.isWritten = nil
        }
        return row
    }

    /// Whether a winner is this node's own, and not made of several nodes'.
    private func isOwn(_ winner: HeldWinner) -> Bool {
        winner.origin == node && winner.parents.isEmpty
    }

    /// The pattern's own id, where its point has to have another.
    private func mappedID(_ change: SinkPoints.Change, _ key: String) -> PatternID? {
        PointKey.patternID(key) == change.winner.id ? nil : change.winner.id
    }

    /// Writes what may be written, in parts that Qdrant takes.
    private func write(_ candidates: [Candidate]) throws {
        var part: [(Candidate, NewPoint)] = []
        var bytes = 0
        for candidate in candidates {
            let point = newPoint(candidate)
            if !part.isEmpty, bytes + point.text.count > QdrantLimits.writtenBytes {
                try write(part)
                part.removeAll()
                bytes = 0
            }
            part.append((candidate, point))
            bytes += point.text.count
        }
        if !part.isEmpty { try write(part) }
    }

    /// Writes one part; where Qdrant refuses it, in smaller ones, until it is known which point it does not take.
    private func write(_ part: [(Candidate, NewPoint)]) throws {
        // Remembered first: if this is cut off, what was written is known as this sink's.
        try points.save(part.map(\.0.row))
        do {
            try client.upsert(part.map(\.1), into: collection.text)
            written += Int64(part.count)
        } catch let error as QdrantError {
            guard case .refused = error.kind else { throw error }
            guard part.count == 1, let first = part.first else {
                try write(Array(part[..<(part.count / 2)]))
                try write(Array(part[(part.count / 2)...]))
                return
            }
            refusal = error.description
            var row = first.0.row
            row.standing = .refused
            row.isWritten = first.0.isThere
            try points.save([row])
        }
    }

    private func newPoint(_ candidate: Candidate) -> NewPoint {
        let winner = candidate.change.winner
        var payload: [UInt8] = []
        SinkLine.appendPayload(
            winner,
            keepingID: mappedID(candidate.change, candidate.row.point) != nil,
            to: &payload
        )
        let vector = winner.vector.map { PatternVector(model: nil, bytes: $0, digest: .none).json }
        return NewPoint(
            key: candidate.row.point,
            vector: vectors == nil ? nil : vector,
            named: vectors?.name,
            payload: payload
        )
    }
}
