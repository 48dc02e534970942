import Digest
import Federation
import JSON
import TestSupport

extension HubReplica {
    /// Where two hubs differ.
    struct Differences {
        /// What the one that asked lacks, or has older.
        var missingHere: [ContributionKey] = []
        /// What the other lacks, or has older.
        var missingThere: [ContributionKey] = []
    }

    /// The digests that another hub asks for, as they are sent.
    func digests(_ request: DigestsRequest) -> DigestsAnswer {
        DigestsAnswer(
            epoch: String(epoch),
            cursor: String(head),
            ranges: request.ranges.map { range in
                let versions = versions(in: range)
                var division = RangeDivision(of: range, into: request.parts)
                for version in versions { division.insert(version.key.id, itemDigest(version)) }
                // What one pattern has cannot be divided.
                let isListed = versions.count <= request.list || division.summaries().count == 1
                return DigestsAnswer.Range(
                    set: division.whole,
                    detail: isListed ? .items(versions) : .parts(division.summaries())
                )
            }
        )
    }

    /// Compares with `other` by ranges, through the documents that travel; throws where one cannot be read.
    func differences(from other: HubReplica) throws -> Differences {
        var differences = Differences()
        var ranges = [PatternRange()]
        while !ranges.isEmpty {
            let asked = Array(ranges.prefix(4))
            ranges.removeFirst(asked.count)
            let request = DigestsRequest(ranges: asked, parts: 3, list: 4)
            let received = try DigestsRequest(HubReplica.sent(request.json).root)
            let answer = try HubReplica.sent(other.digests(received).json)
            guard let answer = DigestsAnswer(answer.root, to: request) else {
                throw FeedLineError("the answer to a request for digests cannot be read")
            }
            for (range, found) in zip(asked, answer.ranges) where !agrees(range, with: found.set) {
                switch found.detail {
                case .items(let items): differences.add(here: versions(in: range), there: items)
                case .parts(let parts):
                    for part in parts where !agrees(part.range, with: part.set) { ranges.append(part.range) }
                }
            }
        }
        return differences
    }

    private func agrees(_ range: PatternRange, with set: SetDigest) -> Bool {
        let own = versions(in: range).reduce(into: SetDigest()) { $0.insert(itemDigest($1)) }
        return flaw == .comparesCounts ? own.count == set.count : own == set
    }

    private func versions(in range: PatternRange) -> [StatementVersion] {
        replica.contributions.values.filter { range.contains($0.id) }.sorted { $0.key < $1.key }
            .map { StatementVersion(key: $0.key, version: $0.version) }
    }

    private func itemDigest(_ version: StatementVersion) -> SHA256Digest {
        ItemDigest.contribution(
            collection: replica.policy.collection,
            id: version.key.id,
            origin: version.key.origin,
            version: version.version,
            hasher: SHA256()
        )
    }

    /// What `value` is for who reads it at the other end.
    static func sent(_ value: JSONValue) throws -> JSONDocument {
        var text: [UInt8] = []
        value.append(to: &text)
        return try JSONDocument(parsing: text)
    }
}

extension HubReplica.Differences {
    fileprivate mutating func add(here: [StatementVersion], there: [StatementVersion]) {
        let own = Dictionary(uniqueKeysWithValues: here.map { ($0.key, $0.version) })
        let others = Dictionary(uniqueKeysWithValues: there.map { ($0.key, $0.version) })
        for key in Set(own.keys).union(others.keys).sorted() {
            switch (own[key], others[key]) {
            case (let mine?, let theirs?) where mine == theirs: continue
            case (let mine?, let theirs?):
                if mine < theirs { missingHere.append(key) } else { missingThere.append(key) }
            case (nil, _): missingHere.append(key)
            case (_, nil): missingThere.append(key)
            }
        }
    }
}
