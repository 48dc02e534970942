internal import Federation
internal import JSON
internal import SQLite

extension SpokeState {
    /// Keeps when a round was, what went wrong in it, and the manifest it followed, where that is a new one.
    func note(_ report: RoundReport, _ manifest: (document: ManifestDocument, entityTag: String?)?) throws {
        try database.transaction {
            if let manifest {
                try keep(manifest.document, entityTag: manifest.entityTag, endpoint: report.endpoint)
            }
            if report.kind != .pull { try setFact(.retractionHolds, SpokeState.retractionHolds(report)) }
            try setFact(.lastRoundAt, String(report.finishedAt.microseconds))
            let problem = report.failure ?? report.collections.lazy.compactMap(\.problem).first
            try setFact(.lastError, problem?.description)
            if problem == nil { try setFact(.lastSuccessAt, String(report.finishedAt.microseconds)) }
        }
    }

    private static func retractionHolds(_ report: RoundReport) -> String? {
        let holds = report.collections.compactMap { collection in
            collection.heldRetractions.map { hold -> JSONValue in
                [
                    "collection": .string(collection.collection.text), "count": .integer(hold.count),
                    "because": .string(hold.description),
                ]
            }
        }
        return holds.isEmpty ? nil : JSONValue.array(holds).text
    }

    /// Why patterns of `collection` were not taken back in the last round, and how many; `nil` where none was held back.
    func retractionHold(of collection: CollectionName) throws -> (count: Int64, because: String)? {
        guard let text = try fact(.retractionHolds), let root = (try? JSONDocument(parsing: Array(text.utf8)))?.root
        else { return nil }
        let hold = root.elements.first { $0["collection"]?.string == collection.text }
        guard let hold, let count = hold["count"]?.integer, let because = hold["because"]?.string else { return nil }
        return (count, because)
    }

    /// A time that was kept.
    func time(_ name: Fact) throws -> Timestamp? {
        try fact(name).flatMap { Int64($0) }.map(Timestamp.init(microseconds:))
    }

    /// When a collection was last pushed to and pulled.
    func times(of collection: Int64) throws -> (pushed: Timestamp?, pulled: Timestamp?) {
        let statement = try database.prepare("SELECT pushed_at, pulled_at FROM collections WHERE number = ?1")
        try statement.bind(collection, at: 1)
        guard try statement.step() else { return (nil, nil) }
        func time(_ column: Int) -> Timestamp? {
            statement.isNull(column) ? nil : Timestamp(microseconds: statement.int64(column))
        }
        return (time(0), time(1))
    }
}
