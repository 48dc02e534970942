import Digest
import Federation
import Postgres

extension RulingTransaction {
    /// Keeps those `resolutions` that are not there yet and has the winners of the patterns that they are about follow;
    /// returns them.
    ///
    /// Of two under one number the one that stands before the other is kept. Throws ``StoreError/invalid(_:)`` where
    /// there would be more retracted contents than pushes can be compared with.
    mutating func take(_ resolutions: [Resolution]) throws -> [Resolution] {
        var known = try known(among: resolutions)
        var new: [Resolution] = []
        var numbers: [Int64] = []
        try checkRelayedRoom(for: resolutions)
        for resolution in resolutions {
            let statement = Statement(resolution)
            if let present = known[statement] {
                guard resolution.isNewer(than: present) else { continue }
                try remove(present)
            }
            known[statement] = resolution
            try settlement.insert(resolution, isApplied: false, heads: &heads)
            if case .pattern = resolution.subject { numbers.append(heads.resolutions.number) }
            new.append(resolution)
        }
        var ids: Set<PatternID> = []
        for resolution in new { if case .pattern(let id) = resolution.subject { ids.insert(id) } }
        guard !ids.isEmpty else { return new }
        let changed = ids.sorted()
        // Also what was lifted since: the hub where it was decided has no text any more either.
        for id in changed
        where new.contains(where: { $0.subject == .pattern(id) && $0.retracts && $0.erases }) { try eraseText(of: id) }
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

    /// Takes out a statement in whose place another one of the same number comes.
    private mutating func remove(_ resolution: Resolution) throws {
        var (id, digest): (PatternID?, SHA256Digest?) = (nil, nil)
        switch resolution.subject {
        case .pattern(let pattern): id = pattern
        case .content(let content): digest = content
        }
        _ = try connection.execute(
            """
            DELETE FROM resolutions
            WHERE collection = \(collection.text) AND origin = \(resolution.origin.text)
                AND revision = \(resolution.revision) AND pattern_id IS NOT DISTINCT FROM \(optional: id?.sql)
                AND content_digest IS NOT DISTINCT FROM \(optional: digest?.bytes)
            """
        )
        heads.resolutions.set.remove(resolution.itemDigest(in: collection, hasher: SHA256()))
    }

    private func checkRelayedRoom(for resolutions: [Resolution]) throws {
        let more = resolutions.count { resolution in
            guard case .content = resolution.subject else { return false }
            return resolution.retracts
        }
        guard more > 0 else { return }
        let present = try settlement.retractedContents().count
        guard present + more <= Limits.relayedRetractedContents else {
            throw StoreError.invalid(
                "collection '\(collection)' has \(present) contents that operators retracted here and elsewhere, and there "
                    + "may be \(Limits.relayedRetractedContents); lift some where they were retracted"
            )
        }
    }

    private func known(among resolutions: [Resolution]) throws -> [Statement: Resolution] {
        guard !resolutions.isEmpty else { return [:] }
        let ids = resolutions.map { resolution -> PostgresText in
            if case .pattern(let id) = resolution.subject { id.sql } else { PostgresText(utf8: []) }
        }
        let digests = resolutions.map { resolution -> [UInt8] in
            if case .content(let digest) = resolution.subject { digest.bytes } else { [] }
        }
        let result = try connection.execute(
            """
            SELECT \(unescaped: Resolution.columns) FROM unnest(
                \(ids), \(digests), \(resolutions.map(\.origin.text)), \(resolutions.map(\.revision))
            ) AS k (pattern_id, content_digest, origin, revision)
            CROSS JOIN LATERAL (
                SELECT * FROM resolutions AS s
                WHERE s.collection = \(collection.text) AND s.pattern_id = k.pattern_id AND s.origin = k.origin
                    AND s.revision = k.revision
                UNION ALL
                SELECT * FROM resolutions AS s
                WHERE s.collection = \(collection.text) AND s.content_digest = k.content_digest
                    AND s.origin = k.origin AND s.revision = k.revision
            ) AS r
            """
        )
        return try result.rows.reduce(into: [:]) { found, row in
            let resolution = try row.resolution(from: 0)
            found[Statement(resolution)] = resolution
        }
    }
}
