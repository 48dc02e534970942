import Digest
package import Federation

/// Random histories of what nodes say, and the law's own reading of them.
package enum Histories {
    package static let collection = known(CollectionName("skills-patterns"))

    /// A value that the test itself guarantees to be there.
    package static func known<Value>(_ value: Value?) -> Value {
        guard let value else { preconditionFailure("the test's own constant is invalid") }
        return value
    }

    package static func policy(
        _ strategy: ConflictStrategy,
        threshold: Double = 0.7,
        revision: Int64 = 1
    ) -> CollectionPolicy {
        CollectionPolicy(
            collection: collection,
            strategy: strategy,
            threshold: threshold,
            valueRule: .valueScore,
            revision: revision
        )
    }

    /// What one origin says about one pattern under a number; few distinct values and times, so that ties are common.
    package static func contribution(
        id: Int,
        origin: Int,
        revision: Int64,
        text: String,
        value: Double,
        time: Int64
    ) -> Contribution {
        let id = PatternID(canonical: Array("pattern-\(id)".utf8))
        let payload = Array(#"{"text":"\#(text)"}"#.utf8)
        let hasher = SHA256()
        return Contribution(
            id: id,
            origin: known(NodeName("node-\(origin)")),
            version: ContributionVersion(
                incarnation: 1,
                revision: revision,
                checksum: PatternChecksum.content(
                    collection: collection,
                    id: id,
                    payload: payload,
                    hasher: hasher
                ),
                vectorDigest: .none
            ),
            statement: .content(
                Contribution.Content(
                    payload: payload,
                    value: value,
                    updatedAt: Timestamp(microseconds: time),
                    vector: nil
                )
            ),
            path: []
        )
    }

    package static func retraction(id: Int, origin: Int, revision: Int64) -> Contribution {
        let id = PatternID(canonical: Array("pattern-\(id)".utf8))
        let checksum = PatternChecksum.retraction(collection: collection, id: id, hasher: SHA256())
        return Contribution(
            id: id,
            origin: known(NodeName("node-\(origin)")),
            version: ContributionVersion(
                incarnation: 1,
                revision: revision,
                checksum: checksum,
                vectorDigest: .none
            ),
            statement: .retraction,
            path: []
        )
    }

    /// A history in which every origin numbers its own statements, none of them twice.
    package static func random(
        statements: Int,
        patterns: Int,
        origins: Int,
        using generator: inout SplitMix64
    ) -> [Contribution] {
        var revisions: [ContributionKey: Int64] = [:]
        return (0..<statements).map { _ in
            let id = Int.random(in: 0..<patterns, using: &generator)
            let origin = Int.random(in: 0..<origins, using: &generator)
            let key = ContributionKey(
                id: PatternID(canonical: Array("pattern-\(id)".utf8)),
                origin: known(NodeName("node-\(origin)"))
            )
            let revision = revisions[key, default: 0] + Int64.random(in: 1...3, using: &generator)
            defer { revisions[key] = revision }
            if Int.random(in: 0..<6, using: &generator) == 0 {
                return retraction(id: id, origin: origin, revision: revision)
            }
            return contribution(
                id: id,
                origin: origin,
                revision: revision,
                text: "text \(Int.random(in: 0..<4, using: &generator))",
                value: known([0.5, 0.7, 0.8, 0.9].randomElement(using: &generator)),
                time: Int64.random(in: 0..<3, using: &generator)
            )
        }
    }
}

/// The state that the law prescribes: per key the newest statement, and per pattern the winner among all of them.
package struct Oracle: Equatable {
    package var newest: [ContributionKey: Contribution] = [:]

    package init(_ history: [Contribution]) {
        for contribution in history {
            let key = ContributionKey(id: contribution.id, origin: contribution.origin)
            if let current = newest[key], contribution.version <= current.version { continue }
            newest[key] = contribution
        }
    }

    /// Live winners by pattern under `policy`.
    package func winners(under policy: CollectionPolicy) -> [PatternID: Winner] {
        var candidates: [PatternID: [Candidate]] = [:]
        for contribution in newest.values {
            guard let candidate = Candidate(contribution, under: policy) else { continue }
            candidates[contribution.id, default: []].append(candidate)
        }
        return candidates.reduce(into: [:]) { winners, entry in
            let best = policy.strategy.winner(among: entry.value)
            winners[entry.key] = Winner(id: entry.key, candidate: best, contributors: Int32(entry.value.count))
        }
    }

    /// The digest over all contributions, computed from nothing.
    package var contributionsDigest: SetDigest {
        newest.reduce(into: SetDigest()) { digest, entry in
            digest.insert(
                ItemDigest.contribution(
                    collection: Histories.collection,
                    id: entry.key.id,
                    origin: entry.key.origin,
                    version: entry.value.version,
                    hasher: SHA256()
                )
            )
        }
    }

    /// The digest over live winners, computed from nothing.
    package func winnersDigest(under policy: CollectionPolicy) -> SetDigest {
        winners(under: policy).values.compactMap(\.digest).reduce(into: SetDigest()) { $0.insert($1) }
    }
}

extension Winner {
    fileprivate var digest: SHA256Digest? {
        candidate.map {
            ItemDigest.winner(
                collection: Histories.collection,
                id: id,
                origin: $0.origin,
                version: $0.version,
                hasher: SHA256()
            )
        }
    }
}
