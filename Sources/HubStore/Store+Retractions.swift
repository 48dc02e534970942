package import Digest
package import Federation
import JSON
import Postgres

/// What a retraction, or lifting one, did.
package struct RetractionOutcome: Sendable {
    /// The statement about the pattern.
    package var resolution: Resolution
    /// Whether exactly this stood already, so that no statement was added.
    package var stood = false
    /// Contents that are retracted, or lifted, under whatever id.
    package var contents: [SHA256Digest] = []
    /// What changed, other patterns with the same content included.
    package var changes: [DecisionChange] = []
}

extension Store {
    /// Retracts pattern `id`: nothing is served for it any more, and whoever offers it again is refused for this reason.
    ///
    /// With `alsoContent` every other pattern with the same content is treated alike, now and in future; with `erases`
    /// the text is removed wherever it is kept. `now` is asked again for every transaction. Where exactly this stands
    /// already, nothing is added.
    package func retract(
        _ id: PatternID,
        in collection: CollectionName,
        alsoContent: Bool,
        erases: Bool,
        ruling: Ruling,
        now: @Sendable () -> Timestamp
    ) async throws -> RetractionOutcome {
        try await rule(in: collection, now: now) { transaction in
            try transaction.retract(id, alsoContent: alsoContent, erases: erases, ruling: ruling)
        }
    }

    /// Lifts what retracts pattern `id`, its content's retraction included; throws ``StoreError/notFound(_:)`` where
    /// nothing does.
    ///
    /// What was refused meanwhile is still in quarantine; see ``releaseRetracted(in:now:)``.
    package func lift(
        _ id: PatternID,
        in collection: CollectionName,
        ruling: Ruling,
        now: @Sendable () -> Timestamp
    ) async throws -> RetractionOutcome {
        try await rule(in: collection, now: now) { try $0.lift(id, ruling: ruling) }
    }

    /// Makes the statements of `body` in one transaction, and has all patterns follow those about contents.
    private func rule(
        in collection: CollectionName,
        now: @Sendable () -> Timestamp,
        _ body: @escaping @Sendable (inout RulingTransaction) throws -> RetractionOutcome
    ) async throws -> RetractionOutcome {
        let time = now()
        var outcome = try await pool.write { connection in
            var transaction = try RulingTransaction(connection: connection, collection: collection, now: time)
            let outcome = try body(&transaction)
            try transaction.save()
            return outcome
        }
        if !outcome.contents.isEmpty {
            outcome.changes += try await applyContentResolutions(in: collection, now: now)
        }
        return outcome
    }

    /// Has all patterns of `collection` follow what was decided about contents, batch by batch; returns what changed.
    ///
    /// Interrupted, it is begun again by whoever looks next; see ``collectionsWithUnappliedResolutions()``.
    package func applyContentResolutions(
        in collection: CollectionName,
        now: @Sendable () -> Timestamp
    ) async throws -> [DecisionChange] {
        let numbers = try await unappliedResolutions(of: collection)
        var changes = try await step(in: collection, now: now) { try $0.followContents(after: $1) }
        let lifted = try await liftedErasures(in: collection)
        if !lifted.isEmpty {
            try await pool.write { connection in
                _ = try FeedHeads.lock(collection, connection)
                try Erasure(connection: connection, collection: collection).eraseResolved(lifted)
            }
            changes += try await step(in: collection, now: now) { try $0.eraseContents(lifted, after: $1) }
        }
        changes += try await followResolved(in: collection, now: now)
        try await eraseRetractedContents(in: collection, lifted: lifted)
        try await pool.write { connection in
            let transaction = try RulingTransaction(connection: connection, collection: collection, now: now())
            try transaction.markApplied(numbers)
        }
        return changes
    }

    /// Has `body` go over all contributions, some in each transaction; returns what changed.
    private func step(
        in collection: CollectionName,
        now: @Sendable () -> Timestamp,
        _ body:
            @escaping @Sendable (inout RulingTransaction, ContributionKey?) throws -> (
                last: ContributionKey?, changes: [DecisionChange]
            )
    ) async throws -> [DecisionChange] {
        var changes: [DecisionChange] = []
        var position: ContributionKey?
        repeat {
            let (after, time) = (position, now())
            let step = try await pool.write { connection in
                var transaction = try RulingTransaction(connection: connection, collection: collection, now: time)
                let step = try body(&transaction, after)
                try transaction.save()
                return step
            }
            changes += step.changes
            position = step.last
        } while position != nil
        return changes
    }

    private func followResolved(
        in collection: CollectionName,
        now: @Sendable () -> Timestamp
    ) async throws -> [DecisionChange] {
        var changes: [DecisionChange] = []
        var position: PatternID?
        repeat {
            let (after, time) = (position, now())
            let step = try await pool.write { connection in
                var transaction = try RulingTransaction(connection: connection, collection: collection, now: time)
                let step = try transaction.followResolved(after: after)
                try transaction.save()
                return step
            }
            changes += step.changes
            position = step.last
        } while position != nil
        return changes
    }

    private func unappliedResolutions(of collection: CollectionName) async throws -> [Int64] {
        try await pool.withConnection { connection in
            try connection.execute(
                "SELECT feed_number FROM resolutions WHERE collection = \(collection.text) AND NOT is_applied"
            ).rows.map { try $0.int64(0) }
        }
    }

    /// Collections in which something was resolved that not all winners follow yet.
    package func collectionsWithUnappliedResolutions() async throws -> [CollectionName] {
        try await pool.withConnection { connection in
            try connection.execute(
                "SELECT DISTINCT collection FROM resolutions WHERE NOT is_applied ORDER BY collection"
            ).rows.map { try $0.collection(0) }
        }
    }
}
