package import Federation
internal import SQLite

extension SpokeState {
    /// The position behind the winners held of `collection`, where the hub is not known to have taken it as applied.
    func cursorToReport(of collection: CollectionName) throws -> String? {
        guard let cursor = try winnerPosition(of: collection).cursor else { return nil }
        return try reportedCursor(of: collection) == cursor ? nil : cursor
    }

    /// Keeps that the hub has taken `cursor` as applied here.
    func saveReported(_ cursor: String, of collection: CollectionName) throws {
        try database.prepare("UPDATE collections SET reported_cursor = ?2 WHERE name = ?1").run(collection.text, cursor)
    }

    /// Whether the hub knows that all that is held of `collection` was applied here; false where nothing was pulled.
    package func isReported(_ collection: CollectionName) throws -> Bool {
        guard let cursor = try winnerPosition(of: collection).cursor else { return false }
        return try reportedCursor(of: collection) == cursor
    }

    private func reportedCursor(of collection: CollectionName) throws -> String? {
        let statement = try database.prepare("SELECT reported_cursor FROM collections WHERE name = ?1")
        try statement.bind(collection.text, at: 1)
        guard try statement.step(), !statement.isNull(0) else { return nil }
        return statement.string(0)
    }
}
