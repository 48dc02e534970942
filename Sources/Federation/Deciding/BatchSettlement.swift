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
        /// `nil` where it has no content that could win: it is a retraction, its content was retracted, or erased.
        package var value: Double?
        /// The greatest value of any version held.
        package var peakValue: Double?
        /// Whether its text was removed, so that the same statement brings it back.
        package var isErased: Bool

        package init(
            version: ContributionVersion,
            value: Double?,
            peakValue: Double? = nil,
            isErased: Bool = false
        ) {
            self.version = version
            self.value = value
            self.peakValue = peakValue
            self.isErased = isErased
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

    let policy: CollectionPolicy
    /// Whether all patterns were decided under ``policy``, so that one without a winner has no candidates.
    let isSettled: Bool
    let hasher: SHA256
    /// What operators decided about the touched patterns, and which contents they retracted.
    let resolutions: StandingResolutions
    /// Whether the items come from their origins themselves, who are told of a retraction at the door.
    private let refusesRetracted: Bool
    /// Whether a hub passed the items on, which is told nothing: hubs have to agree, whatever came first.
    private let isRelayed: Bool
    /// Origins of which nothing new is taken, each with the last incarnation concerned.
    private let leftOut: [NodeName: Int32]
    private(set) var stored: [ContributionKey: Stored]
    private var contributions: [Contribution] = []
    /// The item digests of ``contributions``, where they came with them.
    private var digests: [ItemDigest.Pair?] = []
    /// The greatest value that each of ``contributions``, or what it took the place of, ever had.
    private var peaks: [Double?] = []
    /// The position in ``contributions`` of each key's newest.
    private var newest: [ContributionKey: Int] = [:]
    /// The kept contributions whose content was retracted.
    package private(set) var withheld: Set<ContributionKey> = []
    var standing: [PatternID: Standing] = [:]

    /// What became of each item, in the order of the items.
    package private(set) var verdicts: [Verdict] = []
    /// The digest over the contributions feed, moved along.
    package private(set) var contributionsDigest: SetDigest
    /// The digest over live winners, moved along.
    package internal(set) var winnersDigest: SetDigest
    /// Patterns whose winner has to be folded from all their candidates; see ``fold(_:)``.
    package internal(set) var undecided: [PatternID] = []
    /// Winners that serve something else than before and so move to the end of the feed.
    package internal(set) var decided: [Winner] = []
    /// Winners that serve the same as before, for more or fewer contributors, in another state or under a newer policy.
    package internal(set) var recounted: [Winner] = []
    /// What became of kept contributions that met another content, counted.
    package internal(set) var outcomes: [ConflictOutcome: Int64] = [:]

    /// A settlement that starts from the state `stored` of the touched contributions and from the feeds' digests.
    ///
    /// With `refusesRetracted` what an operator retracted is refused; without, as between hubs, it is kept and cannot
    /// win. With `isRelayed` text that an operator had erased is not kept, and of two contents with one number the
    /// greater stands; and nothing new is taken of the origins that are `leftOut`, up to the incarnation named.
    package init(
        policy: CollectionPolicy,
        isSettled: Bool,
        stored: [ContributionKey: Stored],
        resolutions: StandingResolutions = StandingResolutions(),
        refusesRetracted: Bool = false,
        isRelayed: Bool = false,
        leftOut: [NodeName: Int32] = [:],
        contributionsDigest: SetDigest,
        winnersDigest: SetDigest,
        hasher: SHA256
    ) {
        self.policy = policy
        self.isSettled = isSettled
        self.stored = stored
        self.resolutions = resolutions
        self.refusesRetracted = refusesRetracted
        self.isRelayed = isRelayed
        self.leftOut = leftOut
        self.contributionsDigest = contributionsDigest
        self.winnersDigest = winnersDigest
        self.hasher = hasher
    }

    /// The contributions to keep, each the newest of its key, in the order of their keys.
    package private(set) var kept: [Contribution] = []

    /// Of each of ``kept`` the greatest value it ever had.
    package private(set) var keptPeaks: [Double?] = []

    /// Digests of kept contents whose text was not kept, because an operator had it erased.
    package private(set) var erasedContents: [ContributionKey: SHA256Digest] = [:]

    /// Statements that came with the number of another content, as when two machines share an identity.
    package private(set) var forks: [ContributionKey] = []

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
        peaks.reserveCapacity(items.count)
        newest.reserveCapacity(items.count)
        for item in items { verdicts.append(joinOne(item)) }
        for (key, position) in newest {
            if let old = stored[key] { contributionsDigest.remove(contributionDigest(key, old.version)) }
            let known = digests[position]?.contribution
            contributionsDigest.insert(known ?? contributionDigest(key, contributions[position].version))
        }
        let positions = newest.values.sorted {
            contributions[$0].id == contributions[$1].id
                ? contributions[$0].origin < contributions[$1].origin : contributions[$0].id < contributions[$1].id
        }
        kept = positions.map { contributions[$0] }
        keptPeaks = positions.map { peaks[$0] }
        withholdRetracted()
    }

    private mutating func withholdRetracted() {
        guard !resolutions.contents.isEmpty else { return }
        for contribution in kept
        where resolutions.retraction(ofContentOf: contribution, in: policy.collection, hasher) != nil {
            withheld.insert(contribution.key)
        }
    }

    private mutating func joinOne(_ item: AdmittedItem) -> Verdict {
        var contribution = item.contribution
        if refusesRetracted, let refusal = resolutions.refusal(of: contribution, in: policy.collection, hasher) {
            return .refused(refusal)
        }
        let key = contribution.key
        var erased: SHA256Digest?
        if isRelayed {
            erased = resolutions.erasedContent(of: contribution, in: policy.collection, hasher)
            if erased != nil { contribution.statement = .erased }
        }
        let current = newest[key].map { contributions[$0].version } ?? stored[key]?.version
        if let current {
            if !item.isNumbered {
                if contribution.version.saysTheSame(as: current) {
                    contribution.version = current
                } else {
                    contribution.version.revision = max(current.revision + 1, contribution.version.revision)
                }
            }
            if contribution.version == current {
                guard bringsTextBack(contribution) else { return .unchanged }
            } else if contribution.version.hasSameNumber(as: current) {
                guard isRelayed else { return .refused(.revisionFork(current)) }
                forks.append(key)
            }
            if contribution.version < current { return .stale }
            guard !isLeftOut(contribution) else { return .refused(.originLeftOut(contribution.origin)) }
        } else if isLeftOut(contribution) {
            return .refused(.originLeftOut(contribution.origin))
        } else if contribution.content == nil, !item.isNumbered {
            // The hub numbers nothing on behalf of an origin that has said nothing. A numbered retraction is kept: the
            // statement it takes back may still be on its way.
            return .unchanged
        }
        let before = newest[key]
        if let before, contributions[before].version != contribution.version { overtaken.append(contributions[before]) }
        newest[key] = contributions.count
        contributions.append(contribution)
        // The item's own value: text that is not kept counts as having been said.
        peaks.append(greatest(before.map { peaks[$0] } ?? stored[key]?.peakValue, item.contribution.content?.value))
        if erased != nil || !erasedContents.isEmpty { erasedContents[key] = erased }
        digests.append(contribution.version == item.contribution.version ? item.digests : nil)
        return .accepted
    }

    private func greatest(_ left: Double?, _ right: Double?) -> Double? {
        guard let left, let right else { return left ?? right }
        return max(left, right)
    }

    /// Whether `contribution` comes round another way although it was left out here.
    private func isLeftOut(_ contribution: Contribution) -> Bool {
        isRelayed && leftOut[contribution.origin].map { contribution.version.incarnation <= $0 } ?? false
    }

    /// Whether the hub has this very statement without its text, because that was erased.
    private func bringsTextBack(_ contribution: Contribution) -> Bool {
        guard contribution.content != nil else { return false }
        guard let position = newest[contribution.key] else { return stored[contribution.key]?.isErased == true }
        return contributions[position].statement == .erased
    }

    func contributionDigest(_ key: ContributionKey, _ version: ContributionVersion) -> SHA256Digest {
        ItemDigest.contribution(
            collection: policy.collection,
            id: key.id,
            origin: key.origin,
            version: version,
            hasher: hasher
        )
    }

    func winnerDigest(_ id: PatternID, _ candidate: Candidate) -> SHA256Digest {
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
