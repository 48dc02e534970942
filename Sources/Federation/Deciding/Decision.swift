package import Digest

/// What is served for a pattern: a pure function of its candidates, of the resolution that stands, and of the policy.
///
/// No clock, no history, no order of arrival: two hubs with the same statements decide the same, to the byte.
package struct Decision: Sendable, Equatable {
    package var state: Winner.State
    /// What is served, where anything is.
    package var candidate: Candidate?
    /// The content where it is not a contribution's own.
    package var composition: Composition?

    /// Decides pattern `id` among `candidates`, which are of different origins.
    package init(
        of id: PatternID,
        among candidates: [Candidate],
        resolution: Resolution?,
        under policy: CollectionPolicy,
        hasher: SHA256
    ) {
        guard !candidates.isEmpty, resolution?.retracts != true else {
            self.init(.retracted)
            return
        }
        switch policy.strategy {
        case .latest, .highestValue: self.init(.live, policy.strategy.winner(among: candidates))
        case .merge: self.init(merging: candidates, into: id, under: policy, hasher: hasher)
        case .manual: self.init(reviewing: candidates, resolution)
        }
    }

    private init(_ state: Winner.State, _ candidate: Candidate? = nil, _ composition: Composition? = nil) {
        self.state = state
        self.candidate = candidate
        self.candidate?.payload = nil
        self.composition = composition
    }

    /// One content made of all; see ``PatternMerge``.
    private init(
        merging candidates: [Candidate],
        into id: PatternID,
        under policy: CollectionPolicy,
        hasher: SHA256
    ) {
        guard let merge = PatternMerge(candidates, rules: policy.mergeRules) else {
            self.init(.retracted)
            return
        }
        guard merge.payload != merge.best.payload else {
            self.init(.live, merge.best)
            return
        }
        var served = merge.best
        served.value = merge.value
        served.updatedAt = merge.updatedAt
        served.version.checksum = PatternChecksum.content(
            collection: policy.collection,
            id: id,
            payload: merge.payload,
            hasher: hasher
        )
        self.init(.live, served, Composition(payload: merge.payload, parents: ParentList(merge.parents)))
    }

    /// What an operator's review left standing.
    ///
    /// Several contents that no resolution covers are a conflict. What was resolved last is served meanwhile, as long as
    /// somebody stands behind it: it is still claimed, its author still says something, or the operator wrote it.
    private init(reviewing candidates: [Candidate], _ resolution: Resolution?) {
        let contents = Set(candidates.map(\.version.checksum))
        guard let resolution, case .content(let content) = resolution.decision else {
            let isOpen = contents.count > 1
            self.init(isOpen ? .conflict : .live, isOpen ? nil : ConflictStrategy.manual.winner(among: candidates))
            return
        }
        // What was chosen may not be served any more, and what was not chosen must not take its place unasked.
        guard !content.payload.isEmpty else {
            self.init(.conflict)
            return
        }
        let isOpen = !resolution.covers(all: contents.subtracting([content.checksum]))
        let claimed = candidates.filter { $0.version.checksum == content.checksum }
        if let candidate = ConflictStrategy.manual.winner(among: claimed) {
            self.init(isOpen ? .conflict : .live, candidate)
            return
        }
        guard content.source.map({ source in candidates.contains { $0.origin == source.origin } }) ?? true else {
            self.init(.conflict)
            return
        }
        self.init(
            isOpen ? .conflict : .live,
            Candidate(content, of: resolution),
            Composition(payload: content.payload, parents: ParentList())
        )
    }
}

extension Candidate {
    /// The version as others refer to it.
    package var reference: ContributionReference {
        ContributionReference(
            origin: origin,
            incarnation: version.incarnation,
            revision: version.revision,
            checksum: version.checksum
        )
    }

    /// A resolved content that nobody claims at present: under the name of who said it, else of who resolved it.
    init(_ content: ResolvedContent, of resolution: Resolution) {
        self.init(
            origin: content.source?.origin ?? resolution.origin,
            version: ContributionVersion(
                incarnation: content.source?.incarnation ?? 1,
                revision: content.source?.revision ?? resolution.revision,
                checksum: content.checksum,
                vectorDigest: .none
            ),
            value: content.value,
            updatedAt: content.updatedAt
        )
    }
}
