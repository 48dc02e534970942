internal import Digest
internal import Federation
internal import Replication
internal import SQLite

/// A statement about to be sent.
struct PendingStatement {
    var id: PatternID
    var revision: Int64
    var checksum: SHA256Digest
    var vectorDigest: SHA256Digest
    var isRetraction: Bool
}

/// Items of one collection that are held back for one reason.
package struct HeldItems: Sendable, Equatable {
    package var code: String
    package var count: Int64
    /// One of them, and what the hub said of it.
    package var exampleID: String
    package var exampleDetail: String
    /// Whether they are sent again in every round.
    package var isRetried: Bool

    package init(code: String, count: Int64, exampleID: String, exampleDetail: String, isRetried: Bool) {
        self.code = code
        self.count = count
        self.exampleID = exampleID
        self.exampleDetail = exampleDetail
        self.isRetried = isRetried
    }
}

extension SpokeState {
    /// Makes `statements` durable as sent or about to be sent.
    func savePending(_ statements: [PendingStatement], in collection: Int64) throws {
        try database.transaction {
            let upsert = try database.prepare(
                """
                INSERT INTO offered (collection, id, revision, checksum, vector_digest, is_retraction, state)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1)
                ON CONFLICT (collection, id) DO UPDATE SET revision = excluded.revision, checksum = excluded.checksum,
                    vector_digest = excluded.vector_digest, is_retraction = excluded.is_retraction, state = 1,
                    code = NULL, detail = NULL, is_retryable = 0
                """
            )
            for statement in statements {
                try upsert.bind(collection, at: 1)
                try upsert.bind(statement.id, at: 2)
                try upsert.bind(statement.revision, at: 3)
                try upsert.bind(statement.checksum, at: 4)
                try upsert.bind(statement.vectorDigest, at: 5)
                try upsert.bind(statement.isRetraction, at: 6)
                while try upsert.step() {}
                upsert.reset()
            }
        }
    }

    /// Makes durable what the hub said of `batch`.
    func settle(_ batch: PushBatch, _ answer: PushAnswer, in collection: Int64, at now: Timestamp) throws {
        try database.transaction {
            let accept = try database.prepare(
                """
                UPDATE offered SET state = 0, accepted_revision = revision, is_live = 1 - is_retraction,
                    code = NULL, detail = NULL, is_retryable = 0
                WHERE collection = ?1 AND id = ?2 AND revision = ?3
                """
            )
            let refuse = try database.prepare(
                """
                UPDATE offered SET state = 2, code = ?4, detail = ?5, is_retryable = ?6
                WHERE collection = ?1 AND id = ?2 AND revision = ?3
                """
            )
            for (item, outcome) in zip(batch.items, answer.outcomes) {
                switch outcome {
                case .accepted, .unchanged:
                    try bind(item, of: collection, to: accept)
                    while try accept.step() {}
                case .stale:
                    // It stays pending; the hub's newer statement is read before it is numbered again.
                    continue
                case .refused(let refusal):
                    try bind(item, of: collection, to: refuse)
                    try refuse.bind(refusal.code, at: 4)
                    try refuse.bind(refusal.detail, at: 5)
                    try refuse.bind(refusal.isRetryable, at: 6)
                    while try refuse.step() {}
                }
            }
            try database.prepare("UPDATE collections SET pushed_at = ?2 WHERE number = ?1")
                .run(collection, now.microseconds)
        }
    }

    private func bind(_ item: PushBatch.Item, of collection: Int64, to statement: Statement) throws {
        statement.reset()
        try statement.bind(collection, at: 1)
        try statement.bind(item.id, at: 2)
        try statement.bind(item.revision, at: 3)
    }

    /// What is held back in a collection, the most frequent reason first.
    func heldItems(in collection: Int64) throws -> [HeldItems] {
        let statement = try database.prepare(
            """
            SELECT code, count(*), min(id), detail, min(is_retryable) FROM offered
            WHERE collection = ?1 AND state = 2
            GROUP BY code ORDER BY 2 DESC, 1
            """
        )
        try statement.bind(collection, at: 1)
        var held: [HeldItems] = []
        while try statement.step() {
            held.append(
                HeldItems(
                    code: statement.string(0),
                    count: statement.int64(1),
                    exampleID: statement.string(2),
                    exampleDetail: statement.string(3),
                    isRetried: statement.bool(4)
                )
            )
        }
        return held
    }

    /// How many content statements are pending, accepted and refused.
    func offerCounts(in collection: Int64) throws -> (accepted: Int64, pending: Int64, refused: Int64) {
        let statement = try database.prepare(
            """
            SELECT count(*) FILTER (WHERE is_live = 1), count(*) FILTER (WHERE state = 1),
                count(*) FILTER (WHERE state = 2)
            FROM offered WHERE collection = ?1
            """
        )
        try statement.bind(collection, at: 1)
        guard try statement.step() else { return (0, 0, 0) }
        return (statement.int64(0), statement.int64(1), statement.int64(2))
    }

    /// Lets what was refused be sent once more.
    package func releaseRefused() throws {
        try database.transaction {
            try database.execute("UPDATE offered SET is_retryable = 1 WHERE state = 2")
            try database.execute("UPDATE collections SET scan_key = NULL")
        }
    }
}
