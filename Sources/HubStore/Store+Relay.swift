import Digest
package import Federation
import Postgres

extension Store {
    /// Joins `items`, which the hub called `relay` in paths passed on, into the contributions of `collection` and moves
    /// its winners along; saves `position` in the same transaction, with the items that were new added to it.
    ///
    /// What an operator retracted is kept and cannot win, erased text is not kept, and of two contents with one number
    /// the greater stands: hubs agree whatever came first. With `sender` the hub has to be enrolled still. Throws as
    /// ``ingest(_:from:into:now:)`` does, and ``StoreError/notFound(_:)`` where the upstream of `position` was removed.
    package func relay(
        _ items: [AdmittedItem],
        by relay: NodeName,
        from sender: EnrolledNode? = nil,
        into collection: CollectionName,
        position: UpstreamPosition? = nil,
        now: Timestamp
    ) async throws -> IngestOutcome {
        try await pool.write { connection in
            let transaction = SettlementTransaction(connection: connection, collection: collection, now: now)
            let outcome = try transaction.ingest(items, from: .relay(relay, sender))
            if var position {
                position.items += Int64(outcome.verdicts.count { $0 == .accepted })
                try Store.savePosition(position, now: now, connection)
            }
            return outcome
        }
    }

    /// Keeps those `resolutions` of `collection` that are new here and has the winners follow them; returns how many.
    ///
    /// Those numbered more than ``Limits/clockAheadSeconds`` ahead of `now` are not taken.
    ///
    /// Saves `position` in the same transaction, with the new ones added to it.
    /// What was decided about contents is followed step by step afterwards; interrupted, by whoever looks next: see
    /// ``collectionsWithUnappliedResolutions()``. `now` is asked again for every transaction.
    package func relay(
        _ resolutions: [Resolution],
        by relay: NodeName,
        from sender: EnrolledNode? = nil,
        into collection: CollectionName,
        position: UpstreamPosition? = nil,
        now: @Sendable () -> Timestamp
    ) async throws -> Int {
        let time = now()
        // What is numbered beyond that would stand before everything that operators decide for a long time.
        let latest = time.adding(seconds: Limits.clockAheadSeconds).microseconds
        let resolutions = resolutions.filter { $0.revision <= latest }
        let new = try await pool.write { connection in
            var transaction = try RulingTransaction(connection: connection, collection: collection, now: time)
            if let sender { try Store.requireEnrolled(sender, connection) }
            let before = transaction.heads.resolutions.number
            let new = try transaction.take(resolutions)
            if !new.isEmpty { try transaction.save() }
            if var position {
                position.items += Int64(new.count)
                try Store.savePosition(position, now: time, connection)
                try transaction.skipEcho(to: position.url, from: before)
            }
            return new
        }
        if new.contains(where: \.isAboutContent) {
            _ = try await applyContentResolutions(in: collection, now: now)
        }
        if new.contains(where: { $0.decision == .lifted }) {
            _ = try await releaseRetracted(in: collection, now: now)
        }
        return new.count
    }

    /// Whose statements other hubs have passed on to this one, by relay, collection and origin.
    package func relayedOrigins() async throws -> [RelayedOrigin] {
        try await pool.withConnection { connection in
            try connection.execute(
                """
                SELECT relay, collection, origin, incarnation, statements, first_at, last_at
                FROM relayed_origins ORDER BY relay, collection, origin
                """
            ).rows.map { row in
                RelayedOrigin(
                    relay: try row.node(0),
                    collection: try row.collection(1),
                    origin: try row.node(2),
                    incarnation: try row.int32(3),
                    statements: try row.int64(4),
                    firstAt: try row.time(5),
                    lastAt: try row.time(6)
                )
            }
        }
    }

    /// Count and digest of all that was resolved about `collection`.
    package func resolutionSet(of collection: CollectionName) async throws -> SetDigest {
        try await pool.withConnection { try FeedHeads.read(collection, $0).resolutions.set }
    }

    /// The numbers of the last changes of a collection's feeds.
    package func heads(of collection: CollectionName) async throws -> (contributions: Int64, resolutions: Int64) {
        try await pool.withConnection { connection in
            let heads = try FeedHeads.read(collection, connection)
            return (heads.contributions.number, heads.resolutions.number)
        }
    }
}

extension Resolution {
    fileprivate var isAboutContent: Bool {
        if case .content = subject { true } else { false }
    }
}
