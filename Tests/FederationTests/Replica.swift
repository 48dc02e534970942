import Digest
import Federation
import TestSupport

/// A hub without a database: what ``BatchSettlement`` decides, kept in dictionaries.
struct Replica {
    var policy: CollectionPolicy
    var isSettled = true
    var contributions: [ContributionKey: Contribution] = [:]
    var withheld: Set<ContributionKey> = []
    var resolutions: [Resolution] = []
    var winners: [PatternID: BatchSettlement.Standing] = [:]
    var contributionsDigest = SetDigest()
    var winnersDigest = SetDigest()

    init(policy: CollectionPolicy) {
        self.policy = policy
    }

    /// Takes a batch, as a hub takes what another one passes on.
    mutating func push(_ batch: [Contribution]) {
        take(
            batch.enumerated().map { position, contribution in
                var item = AdmittedItem(contribution: contribution, isNumbered: true, importedFrom: nil)
                // With digests computed beforehand and without: both must come to the same.
                if position.isMultiple(of: 2) {
                    item.digests = ItemDigest.Pair(
                        collection: policy.collection,
                        id: contribution.id,
                        origin: contribution.origin,
                        version: contribution.version,
                        hasher: SHA256()
                    )
                }
                return item
            }
        )
    }

    /// What became of a batch.
    struct Outcome {
        var verdicts: [Verdict]
        /// In the order in which they are in the feed.
        var kept: [Contribution]
    }

    /// Takes admitted items: from their origins themselves, who are told what an operator retracted, or passed on by
    /// another hub.
    @discardableResult
    mutating func take(
        _ items: [AdmittedItem],
        refusesRetracted: Bool = false,
        isRelayed: Bool = false
    ) -> Outcome {
        var settlement = settlement(stored: stored, refusesRetracted: refusesRetracted, isRelayed: isRelayed)
        settlement.join(items)
        for contribution in settlement.kept {
            contributions[contribution.key] = contribution
            withheld.remove(contribution.key)
        }
        withheld.formUnion(settlement.withheld)
        settlement.decide(standing: winners)
        publish(&settlement)
        return Outcome(verdicts: settlement.verdicts, kept: settlement.kept)
    }

    private func erases(_ contribution: Contribution) -> Bool {
        guard let content = contribution.content else { return false }
        let standing = StandingResolutions(all: resolutions)
        let digest = Histories.contentDigest(content.payload)
        return standing.patterns[contribution.id]?.erases ?? false || standing.contents[digest]?.erases ?? false
    }

    /// Removes the text of what operators had erased.
    mutating func eraseRetracted() {
        for (key, contribution) in contributions where erases(contribution) {
            contributions[key]?.statement = .erased
        }
    }

    /// Takes an operator's statement.
    mutating func take(_ resolution: Resolution) {
        guard !resolutions.contains(resolution) else { return }
        resolutions.append(resolution)
        switch resolution.subject {
        case .pattern(let id): decideAnew([id])
        case .content:
            let contents = StandingResolutions(all: resolutions).contents
            withheld = Set(
                contributions.values.filter { contribution in
                    contribution.content.map { contents[Histories.contentDigest($0.payload)] != nil } ?? false
                }.map(\.key)
            )
            decideAnew(Array(Set(contributions.keys.map(\.id))))
        }
    }

    /// Leaves out what `origin` said.
    mutating func leaveOut(_ origin: NodeName) {
        let ids = Set(contributions.keys.filter { $0.origin == origin }.map(\.id))
        for (key, contribution) in contributions where key.origin == origin {
            contributions[key] = nil
            withheld.remove(key)
            contributionsDigest.remove(
                ItemDigest.contribution(
                    collection: policy.collection,
                    id: key.id,
                    origin: key.origin,
                    version: contribution.version,
                    hasher: SHA256()
                )
            )
        }
        decideAnew(Array(ids))
    }

    /// Decides everything anew under `policy`.
    mutating func settle(under policy: CollectionPolicy) {
        self.policy = policy
        decideAnew(Array(Set(contributions.keys.map(\.id))))
    }

    private mutating func decideAnew(_ ids: [PatternID]) {
        var settlement = settlement(stored: [:])
        settlement.decideAnew(ids, standing: winners)
        publish(&settlement)
    }

    private var stored: [ContributionKey: BatchSettlement.Stored] {
        contributions.reduce(into: [:]) { stored, entry in
            let value = withheld.contains(entry.key) ? nil : entry.value.content?.value
            let isErased = entry.value.statement == .erased
            stored[entry.key] = BatchSettlement.Stored(version: entry.value.version, value: value, isErased: isErased)
        }
    }

    private func settlement(
        stored: [ContributionKey: BatchSettlement.Stored],
        refusesRetracted: Bool = false,
        isRelayed: Bool = false
    ) -> BatchSettlement {
        BatchSettlement(
            policy: policy,
            isSettled: isSettled,
            stored: stored,
            resolutions: StandingResolutions(all: resolutions),
            refusesRetracted: refusesRetracted,
            isRelayed: isRelayed,
            contributionsDigest: contributionsDigest,
            winnersDigest: winnersDigest,
            hasher: SHA256()
        )
    }

    private mutating func publish(_ settlement: inout BatchSettlement) {
        var candidates: [PatternID: [Candidate]] = [:]
        for contribution in contributions.values where !withheld.contains(contribution.key) {
            guard var candidate = Candidate(contribution, under: policy) else { continue }
            candidate.payload = contribution.content?.payload
            candidates[contribution.id, default: []].append(candidate)
        }
        settlement.fold(candidates)
        for winner in settlement.decided + settlement.recounted {
            winners[winner.id] = BatchSettlement.Standing(winner: winner, policyRevision: policy.revision)
        }
        contributionsDigest = settlement.contributionsDigest
        winnersDigest = settlement.winnersDigest
    }

    /// What is served, or waits for a person.
    var live: [PatternID: Winner] {
        winners.values.map(\.winner).filter { $0.state != .retracted }.reduce(into: [:]) { $0[$1.id] = $1 }
    }
}
