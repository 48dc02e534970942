internal import Federation
internal import SQLite

/// What this node said at other hubs.
extension SpokeState {
    /// Takes over what this node said last of the patterns of `collection` at the hub whose state is `other`, where that is
    /// later than what this state knows; returns how much that was.
    ///
    /// Taken over, it is pending: this hub may have it, by way of other hubs, or not. So it is offered under the number it
    /// has, which does no harm where it is known, what follows is numbered behind it, and what is gone from the sources is
    /// taken back here too. What is numbered later than `latest` no hub took, and is left alone.
    func adoptStatements(
        from other: SpokeState,
        of collection: CollectionName,
        upTo latest: Timestamp
    ) throws -> Int64 {
        guard let theirs = try other.existingNumber(of: collection) else { return 0 }
        let own = try number(of: collection)
        let said = try other.database.prepare(
            """
            SELECT id, revision, checksum, vector_digest, is_retraction FROM offered
            WHERE collection = ?1 AND state <> 2 AND revision <= ?2
            """
        )
        try said.bind(theirs, at: 1)
        try said.bind(latest.microseconds, at: 2)
        var adopted: Int64 = 0
        try database.transaction {
            while try said.step() {
                let upsert = try database.prepare(
                    """
                    INSERT INTO offered (collection, id, revision, checksum, vector_digest, is_retraction, state)
                    VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1)
                    ON CONFLICT (collection, id) DO UPDATE SET revision = excluded.revision,
                        checksum = excluded.checksum, vector_digest = excluded.vector_digest,
                        is_retraction = excluded.is_retraction, state = 1, code = NULL, detail = NULL, is_retryable = 0
                    WHERE excluded.revision > revision
                    """
                )
                try upsert.bind(own, at: 1)
                try upsert.bind(said.patternID(0), at: 2)
                try upsert.bind(said.int64(1), at: 3)
                try upsert.bind(said.digest(2), at: 4)
                try upsert.bind(said.digest(3), at: 5)
                try upsert.bind(said.bool(4), at: 6)
                while try upsert.step() {}
                adopted += database.changedRows
            }
            if adopted > 0 {
                try database.prepare("UPDATE collections SET scan_key = NULL WHERE number = ?1").run(own)
            }
        }
        return adopted
    }

    /// As which enrolment this node speaks to the hub; `nil` while that is unknown.
    package func incarnation() throws -> Int64? { try fact(.incarnation).flatMap { Int64($0) } }

    /// The address of the hub; `nil` before it was met.
    package func endpoint() throws -> String? { try fact(.endpoint) }
}
