import Digest
package import Federation

/// The state that the law prescribes: per key the newest statement, per subject the newest resolution, and per pattern
/// the decision over all of them.
package struct Oracle {
    package var newest: [ContributionKey: Contribution] = [:]
    package var resolutions = StandingResolutions()

    package init(_ history: [Contribution], resolutions: [Resolution] = []) {
        for contribution in history {
            if let current = newest[contribution.key], contribution.version <= current.version { continue }
            newest[contribution.key] = contribution
        }
        self.resolutions = StandingResolutions(all: resolutions)
    }

    /// Candidates by pattern under `policy`, with their contents.
    package func candidates(under policy: CollectionPolicy) -> [PatternID: [Candidate]] {
        newest.values.reduce(into: [:]) { candidates, contribution in
            guard var candidate = Candidate(contribution, under: policy), let content = contribution.content,
                resolutions.contents[Histories.contentDigest(content.payload)] == nil
            else { return }
            candidate.payload = content.payload
            candidates[contribution.id, default: []].append(candidate)
        }
    }

    /// What is served, or waits, by pattern under `policy`.
    package func winners(under policy: CollectionPolicy) -> [PatternID: Winner] {
        candidates(under: policy).reduce(into: [:]) { winners, entry in
            let decision = Decision(
                of: entry.key,
                among: entry.value,
                resolution: resolutions.deciding(entry.key, under: policy, SHA256()),
                under: policy,
                hasher: SHA256()
            )
            guard decision.state != .retracted else { return }
            winners[entry.key] = Winner(id: entry.key, decision: decision, contributors: Int32(entry.value.count))
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

extension StandingResolutions {
    /// What stands of `resolutions`, in whatever order they came.
    package init(all resolutions: [Resolution]) {
        self.init()
        for (subject, statements) in Dictionary(grouping: resolutions, by: \.subject) {
            guard let standing = Resolution.standing(among: statements), standing.decision != .lifted else { continue }
            switch subject {
            case .pattern(let id): patterns[id] = standing
            case .content(let digest): contents[digest] = standing
            }
        }
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
