internal import Federation
internal import SQLite

extension SpokeState {
    /// Keeps when a round was, what went wrong in it, and the manifest it followed, where that is a new one.
    func note(_ report: RoundReport, _ manifest: (document: ManifestDocument, entityTag: String?)?) throws {
        try database.transaction {
            if let manifest {
                try keep(manifest.document, entityTag: manifest.entityTag, endpoint: report.endpoint)
            }
            try setFact(.lastRoundAt, String(report.finishedAt.microseconds))
            let problem = report.failure ?? report.collections.lazy.compactMap(\.problem).first
            try setFact(.lastError, problem?.description)
            if problem == nil { try setFact(.lastSuccessAt, String(report.finishedAt.microseconds)) }
        }
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
