import Digest
import Federation
import JSON
import Replication

extension FakeHub {
    func winnerFeed(_ policy: CollectionPolicy, _ since: Int64, _ withVectors: Bool) -> [UInt8] {
        let changes = (winners[policy.collection] ?? [:]).values
            .filter { $0.number > since && (since >= 0 || $0.winner.state == .live) }.sorted { $0.number < $1.number }
        let lines = changes.map { change -> (FeedLine, SHA256Digest?, Int64) in
            guard let candidate = change.winner.candidate else {
                let line = FeedLine(
                    id: change.winner.id,
                    state: .retracted,
                    provenance: nil,
                    value: nil,
                    updatedAt: nil,
                    payload: nil,
                    vector: nil
                )
                return (line, nil, change.number)
            }
            let key = ContributionKey(id: change.winner.id, origin: candidate.origin)
            let content = contributions[policy.collection]?[key]?.contribution.content
            let line = FeedLine(
                id: change.winner.id,
                state: .live,
                provenance: .init(
                    origin: candidate.origin,
                    version: candidate.version,
                    path: [],
                    parents: merges[change.winner.id]?.parents ?? [],
                    receivedAt: clock.now
                ),
                value: candidate.value,
                updatedAt: candidate.updatedAt,
                payload: merges[change.winner.id]?.payload ?? content?.payload,
                vector: content?.vector.map {
                    .init(model: $0.model, dimension: $0.dimension, bytes: withVectors ? $0.bytes : nil)
                }
            )
            let digest = ItemDigest.winner(
                collection: policy.collection,
                id: change.winner.id,
                origin: candidate.origin,
                version: candidate.version,
                hasher: hasher
            )
            return (line, digest, change.number)
        }
        let head = winnerHead(policy.collection)
        return feed(lines, .winners, policy.collection, head, total: winnerSet(policy.collection))
    }

    func contributionFeed(_ policy: CollectionPolicy, _ since: Int64, _ origin: NodeName?) -> [UInt8] {
        let rows = (contributions[policy.collection] ?? [:]).values
            .filter { $0.number > since && (origin == nil || $0.contribution.origin == origin) }
            .sorted { $0.number < $1.number }
        let lines = rows.map { row -> (FeedLine, SHA256Digest?, Int64) in
            let said = row.contribution
            let line = FeedLine(
                id: said.id,
                state: said.content == nil ? .retracted : .live,
                provenance: .init(origin: said.origin, version: said.version, path: [], receivedAt: nil),
                value: said.content?.value,
                updatedAt: nil,
                payload: nil,
                vector: nil
            )
            let digest = ItemDigest.contribution(
                collection: policy.collection,
                id: said.id,
                origin: said.origin,
                version: said.version,
                hasher: hasher
            )
            return (line, digest, row.number)
        }
        return feed(lines, .contributions, policy.collection, number, total: nil)
    }

    private func feed(
        _ lines: [(FeedLine, SHA256Digest?, Int64)],
        _ feed: Cursor.Feed,
        _ collection: CollectionName,
        _ head: Int64,
        total: SetDigest?
    ) -> [UInt8] {
        lastCount = lines.count
        var body: [UInt8] = []
        var digest = SetDigest()
        for (index, (line, item, number)) in lines.enumerated() {
            line.append(to: &body)
            if let item { digest.insert(item) }
            guard (index + 1).isMultiple(of: checkpointInterval), index + 1 < lines.count else { continue }
            let marker = FeedMarker(
                isEnd: false,
                lines: Int64(index + 1),
                digest: digest.sum,
                cursor: cursor(feed, collection, number)
            )
            body += marker.json.bytes + [0x0A]
        }
        // Who promises more for ever moves on for ever too.
        if alwaysHasMore { answers += 1 }
        let end = FeedMarker(
            isEnd: true,
            lines: Int64(lines.count),
            digest: digest.sum,
            cursor: cursor(feed, collection, head + answers),
            hasMore: alwaysHasMore,
            total: alwaysHasMore ? nil : total
        )
        return body + end.json.bytes + [0x0A]
    }
}
