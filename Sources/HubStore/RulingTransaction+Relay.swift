import Digest
import Federation
import Postgres

extension RulingTransaction {
    /// Keeps those `resolutions` that are not there yet and has the winners of the patterns that they are about follow;
    /// returns them.
    mutating func take(_ resolutions: [Resolution]) throws -> [Resolution] {
        var known = try known(among: resolutions)
        var new: [Resolution] = []
        var numbers: [Int64] = []
        for resolution in resolutions where known.insert(Statement(resolution)).inserted {
            try settlement.insert(resolution, isApplied: false, heads: &heads)
            if case .pattern = resolution.subject { numbers.append(heads.resolutions.number) }
            new.append(resolution)
        }
        var ids: Set<PatternID> = []
        for resolution in new { if case .pattern(let id) = resolution.subject { ids.insert(id) } }
        guard !ids.isEmpty else { return new }
        let changed = ids.sorted()
        let standing = try settlement.standingResolutions(of: changed, heads)
        for id in changed {
            if let resolution = standing.patterns[id], resolution.retracts, resolution.erases { try eraseText(of: id) }
        }
        _ = try settlement.decideAnew(changed, policy: policy, heads: &heads)
        try markApplied(numbers)
        return new
    }

    /// Has what was just taken from the upstream at `url` not be offered to it: where everything up to `number` was
    /// offered already, there is nothing else in between.
    func skipEcho(to url: String, from number: Int64) throws {
        guard heads.resolutions.number > number else { return }
        _ = try connection.execute(
            """
            UPDATE upstream_positions SET number = \(heads.resolutions.number)
            WHERE url = \(url) AND collection = \(collection.text) AND feed = 'resolutions' AND direction = 'push'
                AND number = \(number)
            """
        )
    }

    /// What makes two resolutions the same statement.
    private struct Statement: Hashable {
        var subject: Resolution.Subject
        var origin: NodeName
        var revision: Int64

        init(_ resolution: Resolution) {
            subject = resolution.subject
            origin = resolution.origin
            revision = resolution.revision
        }
    }

    private func known(among resolutions: [Resolution]) throws -> Set<Statement> {
        guard !resolutions.isEmpty else { return [] }
        let ids = resolutions.map { resolution -> PostgresText in
            if case .pattern(let id) = resolution.subject { id.sql } else { PostgresText(utf8: []) }
        }
        let digests = resolutions.map { resolution -> [UInt8] in
            if case .content(let digest) = resolution.subject { digest.bytes } else { [] }
        }
        let result = try connection.execute(
            """
            SELECT k.position FROM unnest(
                \(resolutions.indices.map { Int64($0) }), \(ids), \(digests), \(resolutions.map(\.origin.text)),
                \(resolutions.map(\.revision))
            ) AS k (position, pattern_id, content_digest, origin, revision)
            WHERE EXISTS (
                SELECT FROM resolutions AS r
                WHERE r.collection = \(collection.text) AND r.pattern_id = k.pattern_id AND r.origin = k.origin
                    AND r.revision = k.revision
            ) OR EXISTS (
                SELECT FROM resolutions AS r
                WHERE r.collection = \(collection.text) AND r.content_digest = k.content_digest
                    AND r.origin = k.origin AND r.revision = k.revision
            )
            """
        )
        return Set(try result.rows.map { Statement(resolutions[Int(try $0.int64(0))]) })
    }
}
