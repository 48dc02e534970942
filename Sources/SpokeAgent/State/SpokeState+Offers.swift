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
    /// The part of a source that says it; `nil` leaves what is known.
    var part: Int64?
}

extension SpokeState {
    /// Makes `statements` durable as sent or about to be sent.
    func savePending(_ statements: [PendingStatement], in collection: Int64) throws {
        try database.transaction {
            let upsert = try database.prepare(
                """
                INSERT INTO offered (collection, id, revision, checksum, vector_digest, is_retraction, state, part)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, ?7)
                ON CONFLICT (collection, id) DO UPDATE SET revision = excluded.revision, checksum = excluded.checksum,
                    vector_digest = excluded.vector_digest, is_retraction = excluded.is_retraction, state = 1,
                    code = NULL, detail = NULL, is_retryable = 0, part = coalesce(excluded.part, part)
                """
            )
            for statement in statements {
                try upsert.bind(collection, at: 1)
                try upsert.bind(statement.id, at: 2)
                try upsert.bind(statement.revision, at: 3)
                try upsert.bind(statement.checksum, at: 4)
                try upsert.bind(statement.vectorDigest, at: 5)
                try upsert.bind(statement.isRetraction, at: 6)
                try statement.part.bind(to: upsert, at: 7)
                while try upsert.step() {}
                upsert.reset()
            }
        }
    }

    /// Holds back `statements`, for which no revision is left; the patterns keep the last one they have.
    func holdExhausted(_ statements: [PendingStatement], in collection: Int64) throws {
        guard !statements.isEmpty else { return }
        try database.transaction {
            let update = try database.prepare(
                """
                UPDATE offered SET checksum = ?3, vector_digest = ?4, is_retraction = ?5, state = 2, code = ?6,
                    detail = ?7, is_retryable = 0
                WHERE collection = ?1 AND id = ?2
                """
            )
            for statement in statements {
                try update.bind(collection, at: 1)
                try update.bind(statement.id, at: 2)
                try update.bind(statement.checksum, at: 3)
                try update.bind(statement.vectorDigest, at: 4)
                try update.bind(statement.isRetraction, at: 5)
                try update.bind(OfferedStatement.exhaustedCode, at: 6)
                try update.bind(OfferedStatement.exhaustedDetail, at: 7)
                while try update.step() {}
                update.reset()
            }
        }
    }

    /// Makes durable what the hub said of `batch`.
    ///
    /// What is accepted now cannot be withheld: it would have been refused.
    func settle(_ batch: PushBatch, _ answer: PushAnswer, in collection: Int64, at now: Timestamp) throws {
        try database.transaction {
            let accept = try database.prepare(
                """
                UPDATE offered SET state = 0, accepted_revision = revision, is_live = 1 - is_retraction,
                    code = NULL, detail = NULL, is_retryable = 0, withheld = CASE WHEN ?4 THEN withheld END
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
                    try accept.bind(outcome == .unchanged, at: 4)
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

    /// Whether the hub is known to have just what `item` says, from this node.
    func hubHas(_ item: SourceItem, in collection: Int64) throws -> Bool {
        let statement = try database.prepare(
            """
            SELECT 1 FROM offered
            WHERE collection = ?1 AND id = ?2 AND checksum = ?3 AND vector_digest = ?4 AND state = 0 AND is_live = 1
            """
        )
        try statement.bind(collection, at: 1)
        try statement.bind(item.id, at: 2)
        try statement.bind(item.checksum, at: 3)
        try statement.bind(item.vectorDigest, at: 4)
        return try statement.step()
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
