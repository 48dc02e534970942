package import Digest
package import Federation
import Postgres

/// A current statement of one origin about a pattern, as the hub holds it.
package struct HeldContribution: Sendable {
    package var candidate: Candidate
    /// Whether the origin takes the pattern back.
    package var isRetraction: Bool
    /// Whether its text was removed.
    package var isErased: Bool
    /// Whether its content was retracted.
    package var isWithheld: Bool
    package var path: [NodeName]
    package var receivedAt: Timestamp
    package var vectorModel: String?
    package var vectorDimension: Int?
    /// The digest of an erased content that is retracted under whatever id.
    package var erasedContent: SHA256Digest?

    /// How it stands under `policy`.
    package func standing(under policy: CollectionPolicy) -> Absence.Evidence.Standing {
        if isRetraction { return .retracted }
        if isErased { return .erased }
        if isWithheld { return .withheld }
        return policy.admitsToWin(candidate.value) ? .candidate : .belowThreshold
    }
}

/// A superseded version of a contribution.
package struct SupersededContribution: Sendable {
    package var reference: ContributionReference
    package var value: Double?
    package var updatedAt: Timestamp?
    package var receivedAt: Timestamp
    package var supersededAt: Timestamp
    /// Whether it was left out with its origin, rather than followed by a newer statement.
    package var wasLeftOut: Bool
}

/// Everything a hub knows about one pattern, now or at a time in the past.
package struct PatternRecord: Sendable {
    package var id: PatternID
    /// The time that was asked about; `nil` for now.
    package var time: Timestamp?
    package var policy: CollectionPolicy
    /// By origin.
    package var contributions: [HeldContribution]
    /// What is served; `nil` where the pattern never had a winner, and for the past.
    package var winner: Winner?
    /// What operators decided, the newest first.
    package var resolutions: [Resolution]
    /// What had text about it erased, where any of ``contributions`` was: of the past, the first to do so since.
    package var erasure: Resolution?
    /// The newest first.
    package var history: [SupersededContribution]
    /// The last first.
    package var quarantine: [QuarantineEntry]

    /// The contributions that can win.
    package var candidates: [Candidate] {
        contributions.filter { $0.standing(under: policy) == .candidate }.map(\.candidate)
    }

    /// What operators decided and still holds.
    private var standing: StandingResolutions {
        var standing = StandingResolutions()
        for (subject, statements) in Dictionary(grouping: resolutions, by: \.subject) {
            guard let newest = Resolution.standing(among: statements), newest.decision != .lifted else { continue }
            switch subject {
            case .pattern(let id): standing.patterns[id] = newest
            case .content(let digest): standing.contents[digest] = newest
            }
        }
        return standing
    }

    /// What decides the pattern, where an operator did.
    package var decidingResolution: Resolution? { standing.deciding(id, under: policy, SHA256()) }

    /// What retracts the pattern, or a content that it has.
    package var retraction: Resolution? {
        let standing = standing
        return decidingResolution.flatMap { $0.retracts ? $0 : nil }
            ?? standing.contents.values.max { $1.isNewer(than: $0) }
    }

    /// What the statements come to.
    package var explanation: Explanation {
        Explanation(of: id, among: candidates, resolution: decidingResolution, under: policy, hasher: SHA256())
    }

    package var isEmpty: Bool {
        contributions.isEmpty && resolutions.isEmpty && history.isEmpty && quarantine.isEmpty
    }
}

extension Store {
    /// Entries of one kind shown of one pattern.
    private static let shown: Int64 = 100

    /// Everything known about a pattern, from one snapshot; with `time`, as it was then, as far as retention reaches.
    ///
    /// Throws ``StoreError/collectionUnknown(_:)``.
    package func pattern(
        _ id: PatternID,
        in collection: CollectionName,
        at time: Timestamp? = nil
    ) async throws -> PatternRecord {
        try await pool.read { connection in
            let policy =
                try time.map { try Store.policy(of: collection, at: $0, connection) }
                ?? Store.policy(of: collection, connection)
            let transaction = SettlementTransaction(reading: collection, connection)
            let contributions = try transaction.heldContributions(of: id, at: time)
            let erasure = try transaction.erasure(of: id, contributions, at: time, limit: Store.shown)
            return PatternRecord(
                id: id,
                time: time,
                policy: policy,
                contributions: contributions,
                winner: time == nil ? try transaction.standingWinners(of: [id], withContents: true)[id]?.winner : nil,
                resolutions: try transaction.resolutions(
                    about: id,
                    and: contributions,
                    at: time,
                    limit: Store.shown
                ),
                erasure: erasure,
                history: try transaction.history(of: id, before: time, limit: Store.shown),
                quarantine: try Store.quarantined(id, in: collection, limit: Store.shown, connection)
                    .filter { entry in time.map { entry.firstRefusedAt <= $0 } ?? true }
            )
        }
    }

    private static func quarantined(
        _ id: PatternID,
        in collection: CollectionName,
        limit: Int64,
        _ connection: Connection
    ) throws -> [QuarantineEntry] {
        let numbers = try connection.execute(
            """
            SELECT number FROM quarantine WHERE collection = \(collection.text) AND pattern_id = \(id.sql)
            ORDER BY last_refused_at DESC LIMIT \(limit)
            """
        ).rows.map { try $0.int64(0) }
        guard !numbers.isEmpty else { return [] }
        return try quarantined(QuarantineSelection(numbers: numbers), after: nil, limit: limit, connection)
    }
}
