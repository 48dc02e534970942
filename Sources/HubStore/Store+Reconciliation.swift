package import Digest
package import Federation
import Postgres

extension Store {
    /// Count and digest of the contributions of `collection` in each of `ranges`, in one snapshot; with `filter` of those
    /// alone that the upstream should have.
    package func summaries(
        of ranges: [PatternRange],
        in collection: CollectionName,
        filter: RelayFilter? = nil
    ) async throws -> [SetDigest] {
        try await VersionScan.run(collection, in: self) { scan in
            let hasher = SHA256()
            var summaries: [SetDigest] = []
            for range in ranges {
                var set = SetDigest()
                try await scan.each(in: range, filter: filter) { item in
                    set.insert(item.digest(in: collection, hasher))
                    return true
                }
                summaries.append(set)
            }
            return summaries
        }
    }

    /// `range` of the contributions of `collection` divided into at most `parts` about equal parts.
    package func parts(
        of range: PatternRange,
        in collection: CollectionName,
        parts: Int
    ) async throws -> [RangeSummary] {
        try await VersionScan.run(collection, in: self) { scan in
            let hasher = SHA256()
            var division = RangeDivision(of: range, into: parts)
            try await scan.each(in: range) { item in
                division.insert(item.key.id, item.digest(in: collection, hasher))
                return true
            }
            return division.summaries()
        }
    }

    /// Which versions of contributions of `collection` in `range` the hub holds, behind `key`, at most `limit`; with
    /// `filter` those alone that the upstream should have.
    package func statements(
        in range: PatternRange,
        of collection: CollectionName,
        filter: RelayFilter? = nil,
        after key: ContributionKey? = nil,
        limit: Int
    ) async throws -> [StatementVersion] {
        guard limit > 0 else { return [] }
        return try await VersionScan.run(collection, in: self) { scan in
            var items: [StatementVersion] = []
            try await scan.each(in: range, filter: filter, after: key) { item in
                items.append(item)
                return items.count < limit
            }
            return items
        }
    }

    /// What `request` asks about the contributions of `collection`, of one moment.
    ///
    /// A range of one pattern is always listed, because it cannot be divided.
    package func digests(_ request: DigestsRequest, of collection: CollectionName) async throws -> DigestsAnswer {
        try await VersionScan.run(collection, in: self) { scan in
            let head = try await scan.head()
            var ranges: [DigestsAnswer.Range] = []
            for range in request.ranges { ranges.append(try await scan.answer(about: range, request)) }
            let cursor = Cursor(epoch: head.epoch, feed: .contributions, collection: collection, number: head.number)
            return DigestsAnswer(epoch: UUIDText.format(head.epoch), cursor: cursor.text, ranges: ranges)
        }
    }
}

extension VersionScan {
    fileprivate func answer(
        about range: PatternRange,
        _ request: DigestsRequest
    ) async throws -> DigestsAnswer.Range {
        let hasher = SHA256()
        var division = RangeDivision(of: range, into: request.parts)
        var items: [StatementVersion] = []
        var isListed = true
        try await each(in: range) { item in
            division.insert(item.key.id, item.digest(in: collection, hasher))
            guard isListed else { return true }
            items.append(item)
            isListed = items.count <= request.list || items.first?.key.id == item.key.id
            if !isListed { items = [] }
            return true
        }
        return DigestsAnswer.Range(
            set: division.whole,
            detail: isListed ? .items(items) : .parts(division.summaries())
        )
    }
}

extension StatementVersion {
    /// The item digest of the contribution; see ``ItemDigest``.
    package func digest(in collection: CollectionName, _ hasher: SHA256) -> SHA256Digest {
        ItemDigest.contribution(
            collection: collection,
            id: key.id,
            origin: key.origin,
            version: version,
            hasher: hasher
        )
    }
}
