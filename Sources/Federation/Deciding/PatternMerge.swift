internal import Digest
internal import JSON

/// What the strategy `merge` makes of a pattern's candidates: the payload of the best with the fields of ``MergeRules``
/// taken from all of them.
///
/// A pure function of the set of candidates: neither their order nor one that comes twice matters. Any number of new
/// origins that say the result themselves changes neither the payload nor what it was made of.
package struct PatternMerge: Sendable {
    /// The first in the order of ``ConflictStrategy/highestValue``.
    package var best: Candidate
    /// Canonical JSON.
    package var payload: [UInt8]
    /// The greatest value among what was merged.
    package var value: Double
    /// The latest time among what was merged.
    package var updatedAt: Timestamp
    /// The candidates that were merged, by origin; none where ``best`` alone is the result.
    package var parents: [Candidate]

    /// Merges `candidates`, which carry their payloads; `nil` where there are none.
    ///
    /// A payload that cannot be read, which only a damaged database holds, wins or loses as it would without merging and
    /// adds nothing to others.
    package init?(_ candidates: [Candidate], rules: MergeRules) {
        let ranked = PatternMerge.rank(candidates)
        guard let first = ranked.first, let content = first.payload else { return nil }
        self.init(best: first, payload: content)
        guard !rules.isEmpty, ranked.count > 1 else { return }
        var (groups, merged, voices) = PatternMerge.group(ranked)
        // One content, however many say it, is the result as it stands; so is a best one that cannot be read.
        guard groups.count > 1, merged.first?.origin == first.origin else { return }

        let byOrigin = merged.indices.sorted { merged[$0].origin < merged[$1].origin }
        let table = MergeTable(groups, byOrigin: byOrigin.map { voices[$0] }, rules: rules)
        if let echo = table.echo() {
            payload = groups[echo.group].object.text
            let kept = merged.indices.filter { !echo.covers(voices[$0]) }
            (merged, voices) = (kept.map { merged[$0] }, kept.map { voices[$0] })
        } else {
            payload = table.payload()
        }
        guard let best = merged.first else { return }
        if payload == best.payload {
            self.init(best: best, payload: payload)
            return
        }
        self.best = best
        value = best.value
        updatedAt = merged.reduce(best.updatedAt) { max($0, $1.updatedAt) }
        parents = merged.sorted { $0.origin < $1.origin }
    }

    /// The result that is `best` alone.
    private init(best: Candidate, payload: [UInt8]) {
        self.best = best
        self.payload = payload
        value = best.value
        updatedAt = best.updatedAt
        parents = []
    }

    /// The newest of each origin that has a payload, the best first.
    private static func rank(_ candidates: [Candidate]) -> [Candidate] {
        var newest: [NodeName: Int] = [:]
        for (index, candidate) in candidates.enumerated() where candidate.payload != nil {
            if let known = newest[candidate.origin], candidates[known].version >= candidate.version { continue }
            newest[candidate.origin] = index
        }
        // Positions are sorted rather than candidates, which are large.
        return newest.values
            .sorted { ConflictStrategy.highestValue.prefers(candidates[$0], to: candidates[$1]) }
            .map { candidates[$0] }
    }

    /// The contents of `ranked`, the best first, the candidates whose content can be read, and the place of each.
    private static func group(
        _ ranked: [Candidate]
    ) -> (groups: [MergeTable.Group], merged: [Candidate], voices: [MergeVoice]) {
        var groups: [MergeTable.Group] = []
        var known: [SHA256Digest: Int?] = [:]
        var merged: [Candidate] = []
        var voices: [MergeVoice] = []
        for candidate in ranked {
            if let group = known[candidate.version.checksum] {
                guard let group else { continue }
                groups[group].origins += 1
                voices.append(MergeVoice(group: group, isFirst: false))
            } else {
                let object = candidate.payload.flatMap(CanonicalObject.init)
                known.updateValue(object == nil ? nil : groups.count, forKey: candidate.version.checksum)
                guard let object else { continue }
                voices.append(MergeVoice(group: groups.count, isFirst: true))
                groups.append(MergeTable.Group(object: object, origins: 1))
            }
            merged.append(candidate)
        }
        return (groups, merged, voices)
    }
}
