package import Digest

/// Decides, without a database, what a batch of admitted items does to a collection: which contributions are kept, what
/// becomes of each item, and which winners change.
///
/// A newcomer is compared with the standing winner where that is enough; a key is folded from all its candidates only
/// when the winner's own contribution got weaker or the policy changed. Both ways give the same winner.
package struct BatchSettlement {
    /// What the hub holds of one contribution before the batch.
    package struct Stored: Sendable, Equatable {
        package var version: ContributionVersion
        /// `nil` for a retraction.
        package var value: Double?

        package init(version: ContributionVersion, value: Double?) {
            self.version = version
            self.value = value
        }
    }

    /// What the hub holds of one winner before the batch.
    package struct Standing: Sendable, Equatable {
        package var winner: Winner
        /// The policy revision it was decided under.
        package var policyRevision: Int64

        package init(winner: Winner, policyRevision: Int64) {
            self.winner = winner
            self.policyRevision = policyRevision
        }
    }

    private let policy: CollectionPolicy
    /// Whether all patterns were decided under ``policy``, so that one without a winner has no candidates.
    private let isSettled: Bool
    private let hasher: SHA256
    private var stored: [ContributionKey: Stored]
    private var contributions: [Contribution] = []
    /// The item digests of ``contributions``, where they came with them.
    private var digests: [ItemDigest.Pair?] = []
    /// The position in ``contributions`` of each key's newest.
    private var newest: [ContributionKey: Int] = [:]
    private var standing: [PatternID: Standing] = [:]

    /// What became of each item, in the order of the items.
    package private(set) var verdicts: [Verdict] = []
    /// The digest over the contributions feed, moved along.
    package private(set) var contributionsDigest: SetDigest
    /// The digest over live winners, moved along.
    package private(set) var winnersDigest: SetDigest
    /// Patterns whose winner has to be folded from all their candidates; see ``fold(_:)``.
    package private(set) var undecided: [PatternID] = []
    /// Winners that serve something else than before and so move to the end of the feed.
    package private(set) var decided: [Winner] = []
    /// Winners that serve the same as before, for more or fewer contributors or under a newer policy.
    package private(set) var recounted: [Winner] = []

    /// A settlement that starts from the state `stored` of the touched contributions and from the feeds' digests.
    package init(
        policy: CollectionPolicy,
        isSettled: Bool,
        stored: [ContributionKey: Stored],
        contributionsDigest: SetDigest,
        winnersDigest: SetDigest,
        hasher: SHA256
    ) {
        self.policy = policy
        self.isSettled = isSettled
        self.stored = stored
        self.contributionsDigest = contributionsDigest
        self.winnersDigest = winnersDigest
        self.hasher = hasher
    }

    /// The contributions to keep, each the newest of its key, in the order of their keys.
    package private(set) var kept: [Contribution] = []

    /// Accepted contributions that a newer one of the same batch took the place of, so that they were never kept.
    package private(set) var overtaken: [Contribution] = []

    /// The kept contributions' keys that had another version before.
    package var superseded: [ContributionKey] {
        newest.keys.filter { stored[$0] != nil }
    }

    /// The ``decided`` patterns that had a winner, or a retracted one, before.
    package var replaced: [PatternID] {
        decided.map(\.id).filter { standing[$0] != nil }
    }

    /// Joins `items`, in order, into the contributions.
    package mutating func join(_ items: [AdmittedItem]) {
        verdicts.reserveCapacity(items.count)
        contributions.reserveCapacity(items.count)
        newest.reserveCapacity(items.count)
        for item in items { verdicts.append(joinOne(item)) }
        for (key, position) in newest {
            if let old = stored[key] { contributionsDigest.remove(contributionDigest(key, old.version)) }
            let known = digests[position]?.contribution
            contributionsDigest.insert(known ?? contributionDigest(key, contributions[position].version))
        }
        kept = newest.values.map { contributions[$0] }
        kept.sort { $0.id == $1.id ? $0.origin < $1.origin : $0.id < $1.id }
    }

    private mutating func joinOne(_ item: AdmittedItem) -> Verdict {
        var contribution = item.contribution
        let key = ContributionKey(id: contribution.id, origin: contribution.origin)
        let current = newest[key].map { contributions[$0].version } ?? stored[key]?.version
        if let current {
            if !item.isNumbered {
                if contribution.version.saysTheSame(as: current) { return .unchanged }
                contribution.version.revision = max(current.revision + 1, contribution.version.revision)
            }
            if contribution.version == current { return .unchanged }
            if contribution.version.hasSameNumber(as: current) { return .refused(.revisionFork(current)) }
            if contribution.version < current { return .stale }
        } else if contribution.content == nil, !item.isNumbered {
            // The hub numbers nothing on behalf of an origin that has said nothing. A numbered retraction is kept: the
            // statement it takes back may still be on its way.
            return .unchanged
        }
        if let position = newest[key] { overtaken.append(contributions[position]) }
        newest[key] = contributions.count
        contributions.append(contribution)
        digests.append(contribution.version == item.contribution.version ? item.digests : nil)
        return .accepted
    }

    /// Moves the winners of the kept contributions' patterns along, from the state `standing` of those that have one.
    package mutating func decide(standing: [PatternID: Standing]) {
        self.standing = standing
        var rest = kept[...]
        while let id = rest.first?.id {
            let end = rest.firstIndex { $0.id != id } ?? rest.endIndex
            if let winner = compare(rest[..<end], with: standing[id]) {
                publish(Winner(id: id, candidate: winner.candidate, contributors: winner.contributors))
            } else {
                undecided.append(id)
            }
            rest = rest[end...]
        }
    }

    /// The new winner where comparing with the standing one is enough; `nil` where all candidates are needed.
    private func compare(
        _ changed: ArraySlice<Contribution>,
        with standing: Standing?
    ) -> (candidate: Candidate?, contributors: Int32)? {
        guard let standing else {
            return isSettled ? compare(changed, best: nil, contributors: 0) : nil
        }
        guard standing.policyRevision == policy.revision else { return nil }
        return compare(changed, best: standing.winner.candidate, contributors: standing.winner.contributors)
    }

    private func compare(
        _ changed: ArraySlice<Contribution>,
        best standing: Candidate?,
        contributors counted: Int32
    ) -> (candidate: Candidate?, contributors: Int32)? {
        var best = standing
        var contributors = counted
        for contribution in changed {
            let key = ContributionKey(id: contribution.id, origin: contribution.origin)
            let candidate = Candidate(contribution, under: policy)
            let wasCandidate = stored[key]?.value.map(policy.admitsToWin) ?? false
            contributors += (candidate == nil ? 0 : 1) - (wasCandidate ? 1 : 0)
            if best?.origin == contribution.origin, let previous = best {
                guard let candidate, !policy.strategy.prefers(previous, to: candidate) else { return nil }
                best = candidate
            } else if let candidate {
                best = best.map { policy.strategy.prefers(candidate, to: $0) ? candidate : $0 } ?? candidate
            }
        }
        return (best, contributors)
    }

    /// Decides the ``undecided`` patterns from all their candidates after the batch.
    package mutating func fold(_ candidates: [PatternID: [Candidate]]) {
        for id in undecided {
            let all = candidates[id] ?? []
            publish(Winner(id: id, candidate: policy.strategy.winner(among: all), contributors: Int32(all.count)))
        }
        undecided = []
    }

    /// Decides `ids` anew, whether or not anything was pushed for them, as after a change of policy.
    package mutating func decideAnew(_ ids: [PatternID], standing: [PatternID: Standing]) {
        self.standing = standing
        undecided = ids
    }

    private mutating func publish(_ winner: Winner) {
        guard let before = standing[winner.id] else {
            // A pattern that never had a winner and has none now is no news.
            guard winner.state == .live else { return }
            decided.append(winner)
            insertDigest(winner)
            return
        }
        if winner.servesTheSame(as: before.winner) {
            let isSame = winner.contributors == before.winner.contributors && before.policyRevision == policy.revision
            if !isSame { recounted.append(winner) }
            return
        }
        if let old = before.winner.candidate {
            winnersDigest.remove(winnerDigest(winner.id, old))
        }
        decided.append(winner)
        insertDigest(winner)
    }

    private mutating func insertDigest(_ winner: Winner) {
        guard let candidate = winner.candidate else { return }
        winnersDigest.insert(winnerDigest(winner.id, candidate))
    }

    private func contributionDigest(_ key: ContributionKey, _ version: ContributionVersion) -> SHA256Digest {
        ItemDigest.contribution(
            collection: policy.collection,
            id: key.id,
            origin: key.origin,
            version: version,
            hasher: hasher
        )
    }

    private func winnerDigest(_ id: PatternID, _ candidate: Candidate) -> SHA256Digest {
        if let position = newest[ContributionKey(id: id, origin: candidate.origin)],
            contributions[position].version == candidate.version, let known = digests[position]
        {
            return known.winner
        }
        return ItemDigest.winner(
            collection: policy.collection,
            id: id,
            origin: candidate.origin,
            version: candidate.version,
            hasher: hasher
        )
    }
}
