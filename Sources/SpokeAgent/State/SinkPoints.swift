internal import Digest
internal import Federation
internal import SQLite

/// What the state remembers of one sink that is written winner by winner, in one collection.
struct SinkPoints {
    /// What became of a winner there.
    enum Standing: Int64 {
        /// It is there.
        case written = 0
        /// The sink has a point of its own in its place.
        case foreign = 1
        /// The point was changed there since it was written.
        case edited = 2
        /// Its vector has another dimension than the sink's.
        case otherDimension = 3
        case withoutVector = 4
        /// It is there already: as this node's own, or with the same content.
        case present = 5
        /// The sink does not take it.
        case refused = 6
    }

    /// How far the sink is.
    struct Position: Equatable {
        /// The last winner that was written: when it changed, and which one it is.
        var changedAt: Int64 = -1
        var id = PatternID(canonical: [])
        /// Points in the sink, and numbers of its vectors, when it was last up to date.
        var points: Int64 = -1
        var dimension = 0
        /// How often the sink was read through.
        var readings: Int64 = 0
    }

    /// What is remembered of one point.
    struct Row {
        var point: String
        var id: PatternID
        var origin: String
        var vectorDigest: SHA256Digest
        var standing: Standing
        /// Whether the point is in the sink and says that it was imported, or is about to; `nil` where that is as it was.
        var isWritten: Bool?
        var isCopy = false
    }

    let state: SpokeState
    let sink: String
    let name: CollectionName
    /// The number that stands for ``name`` in the state.
    let collection: Int64
    var database: SQLiteDatabase { state.database }

    func position() throws -> Position? {
        let statement = try prepare(
            """
            SELECT changed_at, id, points, dimension, readings FROM sink_positions
            WHERE sink = ?1 AND collection = ?2
            """
        )
        guard try statement.step() else { return nil }
        return Position(
            changedAt: statement.int64(0),
            id: statement.patternID(1),
            points: statement.int64(2),
            dimension: Int(statement.int64(3)),
            readings: statement.int64(4)
        )
    }

    func save(_ position: Position) throws {
        let statement = try prepare(
            """
            INSERT INTO sink_positions (sink, collection, changed_at, id, points, dimension, readings)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            ON CONFLICT (sink, collection) DO UPDATE SET changed_at = excluded.changed_at, id = excluded.id,
                points = excluded.points, dimension = excluded.dimension, readings = excluded.readings
            """
        )
        try statement.bind(position.changedAt, at: 3)
        try statement.bind(position.id, at: 4)
        try statement.bind(position.points, at: 5)
        try statement.bind(Int64(position.dimension), at: 6)
        try statement.bind(position.readings, at: 7)
        while try statement.step() {}
    }

    /// Forgets everything: there is nothing any more that it could be about.
    func forget() throws {
        try database.transaction {
            for table in ["sink_points", "sink_positions"] {
                let statement = try prepare("DELETE FROM \(table) WHERE sink = ?1 AND collection = ?2")
                while try statement.step() {}
            }
        }
    }

    /// Keeps what became of winners, and that they need not be looked at again.
    func save(_ rows: [Row]) throws {
        try database.transaction {
            let upsert = try prepare(
                """
                INSERT INTO sink_points (sink, collection, point, id, origin, vector_digest, standing, is_written,
                    is_copy)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, coalesce(?8, 0), ?9)
                ON CONFLICT (sink, collection, point) DO UPDATE SET id = excluded.id, origin = excluded.origin,
                    vector_digest = excluded.vector_digest, standing = excluded.standing,
                    is_written = coalesce(?8, is_written),
                    is_copy = CASE WHEN ?8 = 1 THEN excluded.is_copy ELSE is_copy END,
                    is_due = 0, is_gone = 0
                """
            )
            for row in rows {
                try upsert.bind(row.point, at: 3)
                try upsert.bind(row.id, at: 4)
                try upsert.bind(row.origin, at: 5)
                try upsert.bind(row.vectorDigest, at: 6)
                try upsert.bind(row.standing.rawValue, at: 7)
                if let isWritten = row.isWritten {
                    try upsert.bind(isWritten, at: 8)
                } else {
                    try upsert.bindNull(at: 8)
                }
                try upsert.bind(row.isCopy, at: 9)
                while try upsert.step() {}
                upsert.reset()
            }
        }
    }

    /// What is remembered of a point.
    func row(_ point: String) throws -> Row? {
        let statement = try prepare(
            """
            SELECT id, origin, vector_digest, standing, is_written, is_copy FROM sink_points
            WHERE sink = ?1 AND collection = ?2 AND point = ?3
            """
        )
        try statement.bind(point, at: 3)
        guard try statement.step() else { return nil }
        return Row(
            point: point,
            id: statement.patternID(0),
            origin: statement.string(1),
            vectorDigest: statement.digest(2),
            standing: Standing(rawValue: statement.int64(3)) ?? .written,
            isWritten: statement.bool(4),
            isCopy: statement.bool(5)
        )
    }

    /// Forgets points.
    func remove(_ points: [String]) throws {
        try database.transaction {
            let statement = try prepare("DELETE FROM sink_points WHERE sink = ?1 AND collection = ?2 AND point = ?3")
            for point in points {
                try statement.bind(point, at: 3)
                while try statement.step() {}
                statement.reset()
            }
        }
    }

    /// How many points are, or may be, written.
    func written() throws -> Int64 {
        let statement = try prepare(
            "SELECT count(*) FROM sink_points WHERE sink = ?1 AND collection = ?2 AND is_written = 1"
        )
        return try statement.step() ? statement.int64(0) : 0
    }

    /// Whether any point is a copy of this node's own pattern.
    func hasCopies() throws -> Bool {
        let statement = try prepare(
            "SELECT EXISTS (SELECT 1 FROM sink_points WHERE sink = ?1 AND collection = ?2 AND is_copy = 1)"
        )
        return try statement.step() && statement.bool(0)
    }

    /// `sql` with this sink and collection as its first parameters.
    func prepare(_ sql: String) throws -> Statement {
        let statement = try database.prepare(sql)
        try statement.bind(sink, at: 1)
        try statement.bind(collection, at: 2)
        return statement
    }
}
