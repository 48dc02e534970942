internal import Digest

extension BatchSettlement {
    /// Moves the winners of the kept contributions' patterns along, from the state `standing` of those that have one.
    package mutating func decide(standing: [PatternID: Standing]) {
        self.standing = standing
        var rest = kept[...]
        while let id = rest.first?.id {
            let end = rest.firstIndex { $0.id != id } ?? rest.endIndex
            if !policy.strategy.needsAllCandidates, resolutions.deciding(id, under: policy, hasher) == nil,
                let found = compare(rest[..<end], with: standing[id])
            {
                publish(Winner(id: id, candidate: found.candidate, contributors: found.contributors))
                for outcome in found.outcomes { outcomes[outcome, default: 0] += 1 }
            } else {
                undecided.append(id)
            }
            rest = rest[end...]
        }
    }

    /// What comparing newcomers with the standing winner came to.
    private struct Comparison {
        var candidate: Candidate?
        var contributors: Int32
        var outcomes: [ConflictOutcome] = []
    }

    /// The new winner where comparing with the standing one is enough; `nil` where all candidates are needed.
    private func compare(_ changed: ArraySlice<Contribution>, with standing: Standing?) -> Comparison? {
        guard let standing else {
            return isSettled ? compare(changed, from: Comparison(candidate: nil, contributors: 0)) : nil
        }
        // What was composed or withheld under an earlier policy or resolution is no candidate to compare with.
        guard standing.policyRevision == policy.revision, standing.winner.composition == nil else { return nil }
        let winner = standing.winner
        return compare(changed, from: Comparison(candidate: winner.candidate, contributors: winner.contributors))
    }

    private func compare(_ changed: ArraySlice<Contribution>, from start: Comparison) -> Comparison? {
        var found = start
        for contribution in changed {
            let candidate = candidate(contribution)
            let wasCandidate = stored[contribution.key]?.value.map(policy.admitsToWin) ?? false
            found.contributors += (candidate == nil ? 0 : 1) - (wasCandidate ? 1 : 0)
            guard let best = found.candidate else {
                found.candidate = candidate
                continue
            }
            if best.origin == contribution.origin {
                guard let candidate, !policy.strategy.prefers(best, to: candidate) else { return nil }
                found.candidate = candidate
            } else if let candidate {
                let wins = policy.strategy.prefers(candidate, to: best)
                found.candidate = wins ? candidate : best
                if candidate.version.checksum != best.version.checksum {
                    found.outcomes.append(ConflictOutcome(candidate.origin, wins ? .won : .lost))
                    found.outcomes.append(ConflictOutcome(best.origin, wins ? .lost : .won))
                }
            }
        }
        return found
    }

    /// What `contribution` looks like to the strategy; `nil` where it cannot win.
    private func candidate(_ contribution: Contribution) -> Candidate? {
        guard withheld.isEmpty || !withheld.contains(contribution.key) else { return nil }
        return Candidate(contribution, under: policy)
    }

    /// Decides the ``undecided`` patterns from all their candidates after the batch.
    package mutating func fold(_ candidates: [PatternID: [Candidate]]) {
        fold(deciding(undecided, among: candidates))
    }

    /// Begins to decide `ids` from all their candidates after the batch.
    package func deciding(_ ids: [PatternID], among candidates: [PatternID: [Candidate]]) -> PendingDecisions {
        PendingDecisions(
            ids: ids,
            candidates: ids.map { candidates[$0] ?? [] },
            resolutions: ids.map { resolutions.deciding($0, under: policy, hasher) },
            policy: policy
        )
    }

    /// Takes what was decided of the first of the ``undecided``.
    package mutating func fold(_ pending: PendingDecisions) {
        for (index, decision) in pending.decisions().enumerated() {
            let (id, all) = (pending.ids[index], pending.candidates[index])
            publish(Winner(id: id, decision: decision, contributors: Int32(all.count)))
            count(newcomers(to: id), among: all, decision)
        }
        undecided.removeFirst(pending.ids.count)
    }

    /// The kept contributions to `id`, which are in the order of their keys.
    private func newcomers(to id: PatternID) -> ArraySlice<Contribution> {
        var (low, high) = (0, kept.count)
        while low < high {
            let middle = (low + high) / 2
            if kept[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return kept[low...].prefix { $0.id == id }
    }

    /// Counts what became of `newcomers` where contents differ.
    private mutating func count(
        _ newcomers: ArraySlice<Contribution>,
        among all: [Candidate],
        _ decision: Decision
    ) {
        guard !newcomers.isEmpty, Set(all.map(\.version.checksum)).count > 1 else { return }
        for newcomer in newcomers where all.contains(where: { $0.origin == newcomer.origin }) {
            let kind: ConflictOutcome.Kind
            switch policy.strategy {
            case .merge: kind = .merged
            case .manual where decision.state == .conflict: kind = .opened
            default: kind = decision.candidate?.origin == newcomer.origin ? .won : .lost
            }
            outcomes[ConflictOutcome(newcomer.origin, kind), default: 0] += 1
            if kind == .lost, let winner = decision.candidate?.origin {
                outcomes[ConflictOutcome(winner, .won), default: 0] += 1
            }
        }
    }

    /// Decides `ids` anew, whether or not anything was pushed for them, as after a change of policy.
    package mutating func decideAnew(_ ids: [PatternID], standing: [PatternID: Standing]) {
        self.standing = standing
        undecided = ids
    }

    private mutating func publish(_ winner: Winner) {
        guard let before = standing[winner.id] else {
            // A pattern that never had a winner and has none now is no news.
            guard winner.state != .retracted else { return }
            decided.append(winner)
            insertDigest(winner)
            return
        }
        if winner.servesTheSame(as: before.winner) {
            let isSame =
                winner.contributors == before.winner.contributors && winner.state == before.winner.state
                && before.policyRevision == policy.revision
                // The same content may come from elsewhere now: its contribution is gone, or is there again.
                && (winner.composition == nil) == (before.winner.composition == nil)
            if !isSame { recounted.append(winner) }
            return
        }
        if let old = before.winner.candidate { winnersDigest.remove(winnerDigest(winner.id, old)) }
        decided.append(winner)
        insertDigest(winner)
    }

    private mutating func insertDigest(_ winner: Winner) {
        guard let candidate = winner.candidate else { return }
        winnersDigest.insert(winnerDigest(winner.id, candidate))
    }
}
