internal import Digest
internal import Federation
internal import SQLite

extension SinkPoints {
    /// A winner that is to be written.
    struct Change {
        var winner: HeldWinner
        var vectorDigest: SHA256Digest
        var changedAt: Int64
    }

    /// Up to `limit` winners that changed behind `position`, in the order in which they did.
    func changes(after position: Position, limit: Int) throws -> [Change] {
        let statement = try database.prepare(
            """
            SELECT \(HeldWinner.columns), w.changed_at FROM learned AS w
            WHERE w.collection = ?1 AND (w.changed_at, w.id) > (?2, ?3)
            ORDER BY w.changed_at, w.id LIMIT ?4
            """
        )
        try statement.bind(collection, at: 1)
        try statement.bind(position.changedAt, at: 2)
        try statement.bind(position.id, at: 3)
        try statement.bind(Int64(limit), at: 4)
        return try changes(in: statement)
    }

    /// Up to `limit` winners that are to be looked at again.
    func dueChanges(limit: Int) throws -> [Change] {
        let due = try prepare(
            """
            SELECT p.id FROM sink_points AS p
            WHERE p.sink = ?1 AND p.collection = ?2 AND p.is_due = 1
                AND EXISTS (SELECT 1 FROM learned AS w WHERE w.collection = ?2 AND w.id = p.id)
            ORDER BY p.point LIMIT ?3
            """
        )
        try due.bind(Int64(limit), at: 3)
        var changes: [Change] = []
        while try due.step() {
            // One by one: joined, the view would be read as a whole.
            let winner = try database.prepare(
                "SELECT \(HeldWinner.columns), w.changed_at FROM learned AS w WHERE w.collection = ?1 AND w.id = ?2"
            )
            try winner.bind(collection, at: 1)
            try winner.bind(due.patternID(0), at: 2)
            changes += try self.changes(in: winner)
        }
        return changes
    }

    private func changes(in statement: Statement) throws -> [Change] {
        var changes: [Change] = []
        while try statement.step() {
            changes.append(
                Change(
                    winner: try state.winner(in: statement, of: name),
                    vectorDigest: statement.digest(12),
                    changedAt: statement.int64(14)
                )
            )
        }
        return changes
    }

    /// Up to `limit` points whose winners were dropped.
    func gone(limit: Int) throws -> [Row] {
        let statement = try prepare(
            """
            SELECT point, id, origin, is_written FROM sink_points AS p
            WHERE p.sink = ?1 AND p.collection = ?2 AND p.is_gone = 1
            ORDER BY point LIMIT ?3
            """
        )
        try statement.bind(Int64(limit), at: 3)
        var rows: [Row] = []
        while try statement.step() {
            rows.append(
                Row(
                    point: statement.string(0),
                    id: statement.patternID(1),
                    origin: statement.string(2),
                    vectorDigest: .none,
                    standing: .written,
                    isWritten: statement.bool(3)
                )
            )
        }
        return rows
    }

    /// Lets those be looked at again that were not written and might be now.
    func releaseUnwritten(withOtherDimension: Bool) throws {
        let standings: [Standing] =
            withOtherDimension ? [.foreign, .edited, .otherDimension, .refused] : [.foreign, .edited]
        try database.transaction {
            let update = try prepare(
                "UPDATE sink_points SET is_due = 1 WHERE sink = ?1 AND collection = ?2 AND standing = ?3"
            )
            for standing in standings {
                try update.bind(standing.rawValue, at: 3)
                while try update.step() {}
                update.reset()
            }
        }
    }

    /// What a point says of its import.
    struct Mark {
        var id: PatternID
        var origin: String
    }

    /// A point that a reading of the sink found.
    struct Found {
        var point: String
        var mark: Mark?
    }

    /// Takes note of what a reading of the sink found; imports that are unknown here are taken for this sink's own, from
    /// before its state was lost.
    func note(_ found: [Found], reading: Int64) throws {
        try database.transaction {
            let adopt = try prepare(
                """
                INSERT INTO sink_points (sink, collection, point, id, origin, vector_digest, standing, is_written,
                    reading, is_gone)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, 1, ?7,
                    NOT EXISTS (SELECT 1 FROM learned WHERE collection = ?2 AND id = ?4))
                ON CONFLICT (sink, collection, point) DO UPDATE SET reading = excluded.reading
                """
            )
            let update = try prepare(
                "UPDATE sink_points SET reading = ?4 WHERE sink = ?1 AND collection = ?2 AND point = ?3"
            )
            for found in found {
                guard let mark = found.mark else {
                    try update.bind(found.point, at: 3)
                    try update.bind(reading, at: 4)
                    while try update.step() {}
                    update.reset()
                    continue
                }
                try adopt.bind(found.point, at: 3)
                try adopt.bind(mark.id, at: 4)
                try adopt.bind(mark.origin, at: 5)
                try adopt.bind(SHA256Digest.none, at: 6)
                try adopt.bind(reading, at: 7)
                while try adopt.step() {}
                adopt.reset()
            }
        }
    }

    /// Has points that a reading did not find be written again.
    func releaseMissing(reading: Int64) throws {
        let update = try prepare(
            """
            UPDATE sink_points SET is_due = 1, is_written = 0, is_copy = 0
            WHERE sink = ?1 AND collection = ?2 AND reading <> ?3 AND standing IN (0, 1, 2, 5)
            """
        )
        try update.bind(reading, at: 3)
        while try update.step() {}
    }

    /// How many winners were not written, by why, each with one of them.
    func unwritten() throws -> [(standing: Standing, count: Int64, example: PatternID)] {
        let statement = try prepare(
            """
            SELECT standing, count(*), min(id) FROM sink_points
            WHERE sink = ?1 AND collection = ?2 AND standing <> 0 AND is_gone = 0 GROUP BY standing
            """
        )
        var found: [(standing: Standing, count: Int64, example: PatternID)] = []
        while try statement.step() {
            guard let standing = Standing(rawValue: statement.int64(0)) else { continue }
            found.append((standing, statement.int64(1), statement.patternID(2)))
        }
        return found
    }

    /// How many winners have vectors of how many numbers and of which model, the most frequent first; of those alone that
    /// stand as `standing`, where it is given.
    func shapes(of standing: Standing? = nil) throws -> [(dimension: Int, model: String?, count: Int64)] {
        let statement = try prepare(
            """
            SELECT length(w.vector) / 4, w.vector_model, count(*) FROM learned AS w
            WHERE w.collection = ?2 AND w.vector IS NOT NULL AND (?3 IS NULL OR EXISTS (
                SELECT 1 FROM sink_points AS p
                WHERE p.sink = ?1 AND p.collection = ?2 AND p.id = w.id AND p.standing = ?3
            ))
            GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
            """
        )
        if let standing { try statement.bind(standing.rawValue, at: 3) } else { try statement.bindNull(at: 3) }
        var found: [(dimension: Int, model: String?, count: Int64)] = []
        while try statement.step() {
            found.append((Int(statement.int64(0)), statement.isNull(1) ? nil : statement.string(1), statement.int64(2)))
        }
        return found
    }
}
