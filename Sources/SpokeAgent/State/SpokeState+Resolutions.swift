internal import Federation
internal import SQLite

/// Own statements of one collection that the hub has and serves nobody, because an operator retracted them.
package struct WithheldStatements: Sendable, Equatable {
    package var count: Int64 = 0
    /// The first of them by id, each with which retraction it is, when, by whom and why.
    package var listed: [HeldItem] = []

    package init() {}
}

extension SpokeState {
    /// What is withheld in a collection; what is held back here for a retraction is not told twice.
    func withheldStatements(in collection: Int64) throws -> WithheldStatements {
        let condition = """
            collection = ?1 AND withheld IS NOT NULL AND is_live = 1 AND NOT (state = 2 AND code = ?2)
            """
        var withheld = WithheldStatements()
        let counting = try database.prepare("SELECT count(*) FROM offered WHERE \(condition)")
        try counting.bind(collection, at: 1)
        try counting.bind(RefusalCode.retracted.rawValue, at: 2)
        if try counting.step() { withheld.count = counting.int64(0) }
        guard withheld.count > 0 else { return withheld }
        let listing = try database.prepare(
            "SELECT id, withheld FROM offered WHERE \(condition) ORDER BY id LIMIT ?3"
        )
        try listing.bind(collection, at: 1)
        try listing.bind(RefusalCode.retracted.rawValue, at: 2)
        try listing.bind(Int64(SourceLimits.listedLines), at: 3)
        while try listing.step() {
            withheld.listed.append(HeldItem(id: listing.string(0), detail: listing.string(1)))
        }
        return withheld
    }

    /// Whether operators resolved something up to the position `cursor` that is not followed here, and may concern what
    /// this node said.
    func isBehind(_ cursor: String?, in collection: CollectionName) throws -> Bool {
        guard let cursor, let number = try existingNumber(of: collection), try hasOffers(in: number) else {
            return false
        }
        return try followedCursor(of: number) != cursor
    }

    /// The position behind the last resolution that is followed here.
    func followedCursor(of collection: Int64) throws -> String? {
        try text("resolutions_cursor", of: collection)
    }

    /// Keeps that everything resolved up to the position `cursor` is followed.
    func saveFollowed(_ cursor: String, of collection: Int64) throws {
        try database.prepare("UPDATE collections SET resolutions_cursor = ?2 WHERE number = ?1")
            .run(collection, cursor)
    }

    /// The position up to which the hub's record of own statements was read.
    func statementsCursor(of collection: Int64) throws -> String? {
        try text("statements_cursor", of: collection)
    }

    /// Whether anything was ever offered to a collection.
    func hasOffers(in collection: Int64) throws -> Bool {
        let statement = try database.prepare("SELECT 1 FROM offered WHERE collection = ?1 LIMIT 1")
        try statement.bind(collection, at: 1)
        return try statement.step()
    }

    /// Has what was refused as retracted be offered again by the rounds to come; see ``ScanTable/retryRetracted(limit:)``.
    func beginRetryingRetracted(in collection: Int64) throws {
        try database.prepare(
            """
            UPDATE collections SET retry_after = '' WHERE number = ?1 AND EXISTS (
                SELECT 1 FROM offered WHERE collection = ?1 AND state = 2 AND code = ?2
            )
            """
        ).run(collection, RefusalCode.retracted.rawValue)
    }

    /// The pattern behind which what was refused as retracted is still to be offered again; `nil` where nothing is.
    func retryPosition(of collection: Int64) throws -> String? {
        try text("retry_after", of: collection)
    }

    private func text(_ column: StaticString, of collection: Int64) throws -> String? {
        let statement = try database.prepare("SELECT \(column) FROM collections WHERE number = ?1")
        try statement.bind(collection, at: 1)
        guard try statement.step(), !statement.isNull(0) else { return nil }
        return statement.string(0)
    }
}
