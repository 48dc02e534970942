import Digest
import Federation
import JSON
import TestSupport

extension HubReplica {
    /// A portion of a feed.
    struct Portion {
        var lines: [[UInt8]]
        /// The place behind each line.
        var places: [Int]
        /// Up to this place everything was looked at.
        var through: Int
    }

    /// What stands in the contributions feed behind `place`, without what was last passed on by one of `relays`.
    func contributions(after place: Int, notFrom relays: Set<NodeName>, limit: Int) -> Portion {
        let behind = places.filter { $0.value > place }.sorted { $0.value < $1.value }
        var portion = Portion(lines: [], places: [], through: head)
        for (key, place) in behind {
            guard let contribution = replica.contributions[key], !isLeftOut(contribution, notFrom: relays) else {
                continue
            }
            guard portion.lines.count < limit else { break }
            portion.lines.append(HubReplica.line(of: contribution))
            portion.places.append(place)
        }
        if portion.lines.count == limit, let last = portion.places.last { portion.through = last }
        return portion
    }

    private func isLeftOut(_ contribution: Contribution, notFrom relays: Set<NodeName>) -> Bool {
        switch flaw {
        case .passesOnItsOwnAlone: !contribution.path.isEmpty
        default: contribution.path.last.map(relays.contains) ?? false
        }
    }

    /// Names under which hub `number`, which calls itself `name`, may have passed something on to this one.
    func names(of number: Int, called name: NodeName) -> Set<NodeName> {
        Set(nodes.filter { $0.value.hub == number }.keys).union([name])
    }

    /// The lines of single contributions.
    func contributions(_ keys: some Sequence<ContributionKey>) -> [[UInt8]] {
        keys.compactMap { replica.contributions[$0].map(HubReplica.line) }
    }

    /// Decisions as the hub reads them to which they are passed on.
    static func received(_ resolutions: [Resolution]) throws -> [Resolution] {
        try resolutions.map { resolution in
            let document = try sent(resolution.line)
            return try Resolution(document.root, collection: Histories.collection, hasher: SHA256())
        }
    }

    /// The line of the contributions feed that `contribution` is.
    static func line(of contribution: Contribution) -> [UInt8] {
        let vector = contribution.content?.vector
        var output: [UInt8] = []
        FeedLine(
            id: contribution.id,
            state: contribution.content == nil ? .retracted : .live,
            provenance: FeedLine.Provenance(
                origin: contribution.origin,
                version: contribution.version,
                path: contribution.path,
                receivedAt: Timestamp(microseconds: 1)
            ),
            value: contribution.content?.value,
            updatedAt: contribution.content?.updatedAt,
            payload: contribution.content?.payload,
            vector: vector.map {
                FeedLine.VectorFacts(model: $0.model, dimension: $0.bytes.count / 4, bytes: $0.bytes)
            }
        ).append(to: &output)
        output.removeLast()
        return output
    }
}
