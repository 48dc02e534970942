internal import Digest
package import Federation
internal import Replication
internal import SQLite

/// What was offered, as a reading of the hub's own record corrects it.
///
/// Where the hub has a newer statement than this state knows, the hub is right; where it has an older one or none, what
/// was offered is pending again under its own revision. So it is where the hub has no text any more, once nobody retracts
/// the statement.
package final class OwnStatements: StatementTarget {
    private let state: SpokeState
    private var collection: Int64 = 0
    private var mark: Int64 = 0
    /// Whether nothing was known of what this node said.
    private var knewNothing = false
    private var isAnythingSaid = false
    /// Whether all statements are read, so that what is not named is not there.
    private let isWhole: Bool

    /// A reading into `state`, of all statements or of those that are news.
    package init(state: SpokeState, isWhole: Bool) {
        self.state = state
        self.isWhole = isWhole
    }

    private var database: SQLiteDatabase { state.database }

    package func beginStatements(of collection: CollectionName) throws {
        self.collection = try state.number(of: collection)
        knewNothing = try !state.hasOffers(in: self.collection)
        isAnythingSaid = false
        try database.begin()
        let statement = try database.prepare("SELECT coalesce(max(mark), 0) + 1 FROM offered WHERE collection = ?1")
        try statement.bind(self.collection, at: 1)
        if try statement.step() { mark = statement.int64(0) }
    }

    package func note(_ line: FeedLine, _ version: ContributionVersion) throws {
        isAnythingSaid = true
        let isLive = line.state == .live
        // To be said again: the hub lacks the text, and no retraction forbids to send it.
        let isMissed = line.isErased && line.withheld == nil
        let upsert = try database.prepare(
            """
            INSERT INTO offered (collection, id, revision, checksum, vector_digest, is_retraction, state,
                accepted_revision, is_live, mark, withheld)
            VALUES (?1, ?2, ?3, ?4, ?5, 1 - ?6, ?8, CASE WHEN ?8 THEN 0 ELSE ?3 END, ?6 AND NOT ?8, ?7, ?9)
            ON CONFLICT (collection, id) DO UPDATE SET mark = excluded.mark, withheld = excluded.withheld,
                accepted_revision = excluded.accepted_revision, is_live = excluded.is_live,
                state = CASE
                    WHEN ?8 THEN CASE WHEN state = 2 AND excluded.revision < revision THEN 2 ELSE 1 END
                    WHEN excluded.revision = revision AND excluded.checksum = checksum
                        AND excluded.vector_digest = vector_digest THEN 0
                    WHEN excluded.revision >= revision THEN 0
                    WHEN state = 2 THEN 2
                    ELSE 1 END,
                revision = max(excluded.revision, revision),
                checksum = CASE WHEN excluded.revision >= revision THEN excluded.checksum ELSE checksum END,
                vector_digest =
                    CASE WHEN excluded.revision >= revision THEN excluded.vector_digest ELSE vector_digest END,
                is_retraction =
                    CASE WHEN excluded.revision >= revision THEN excluded.is_retraction ELSE is_retraction END
            """
        )
        try upsert.bind(collection, at: 1)
        try upsert.bind(line.id, at: 2)
        try upsert.bind(version.revision, at: 3)
        try upsert.bind(version.checksum, at: 4)
        try upsert.bind(version.vectorDigest, at: 5)
        try upsert.bind(isLive, at: 6)
        try upsert.bind(mark, at: 7)
        try upsert.bind(isMissed, at: 8)
        if let withheld = line.withheld {
            try upsert.bind(ShownText.of(withheld), at: 9)
        } else {
            try upsert.bindNull(at: 9)
        }
        while try upsert.step() {}
    }

    package func commitStatements(upTo cursor: String) throws {
        if isWhole {
            try database.prepare(
                """
                UPDATE offered SET accepted_revision = 0, is_live = 0, withheld = NULL,
                    state = CASE WHEN state = 2 THEN 2 WHEN is_retraction = 1 THEN 0 ELSE 1 END
                WHERE collection = ?1 AND mark <> ?2
                """
            ).run(collection, mark)
        }
        try database.prepare(
            """
            UPDATE collections SET needs_statements = 0, scan_key = NULL, statements_cursor = ?2 WHERE number = ?1
            """
        ).run(collection, cursor)
        if isWhole, knewNothing, isAnythingSaid {
            try database.prepare("UPDATE collections SET has_forgotten = 1 WHERE number = ?1").run(collection)
        }
        try database.commit()
    }

    package func discardStatements() { database.rollBack() }
}

extension SpokeState {
    /// Has the hub's record of own statements read before the collection is offered anything, and the sources anew.
    func requireStatements(in collection: Int64) throws {
        try database.prepare("UPDATE collections SET needs_statements = 1, scan_key = NULL WHERE number = ?1")
            .run(collection)
    }

    /// Whether the hub has statements of this node that nothing here knew of, and what others say was not learned since.
    func hasForgotten(in collection: Int64) throws -> Bool {
        let statement = try database.prepare("SELECT has_forgotten FROM collections WHERE number = ?1")
        try statement.bind(collection, at: 1)
        return try statement.step() && statement.bool(0)
    }

    /// Whether the hub's record of own statements must be read before `collection` is offered anything.
    func needsStatements(of collection: CollectionName) throws -> Bool {
        let statement = try database.prepare("SELECT needs_statements FROM collections WHERE number = ?1")
        try statement.bind(number(of: collection), at: 1)
        return try statement.step() ? statement.bool(0) : true
    }
}
