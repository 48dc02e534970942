package import Federation

/// Reads what the hub already has of this node's own statements, so that a node that lost its state continues its own
/// revisions and repeats nothing.
package struct StatementCycle {
    private let client: HubClient
    private let collection: CollectionName
    private let asksWithheld: Bool

    /// A reading of this node's statements in `collection`; with `asksWithheld`, of what operators retracted of them too,
    /// which not every hub tells.
    package init(client: HubClient, collection: CollectionName, asksWithheld: Bool) {
        self.client = client
        self.collection = collection
        self.asksWithheld = asksWithheld
    }

    /// How one answer ended.
    private struct Ending {
        var cursor = ""
        var hasMore = false
        var isFollowing = false
    }

    /// Reads into `target` what there is behind `position`, all of it without one, or nothing; returns whether the hub
    /// has yet to apply something that operators resolved, so that asking again soon is worth it.
    ///
    /// Throws a ``ReplicationError`` once a request has failed too often, and what `target` throws.
    package func run(into target: some StatementTarget, since position: String?) throws -> Bool {
        try client.retrying {
            try target.beginStatements(of: collection)
            do {
                var cursor = position
                var answers = 0
                while true {
                    let ending = try readOnce(since: cursor, into: target)
                    guard ending.hasMore else {
                        try target.commitStatements(upTo: ending.cursor)
                        return ending.isFollowing
                    }
                    guard ending.cursor != cursor else {
                        throw ReplicationError(
                            .integrity,
                            "the hub promises more contributions to \(collection) but does not get on"
                        )
                    }
                    answers += 1
                    guard answers < TransferLimits.pullAnswers else { throw client.endless(collection) }
                    cursor = ending.cursor
                }
            } catch {
                target.discardStatements()
                throw error
            }
        }
    }

    private func readOnce(since cursor: String?, into target: some StatementTarget) throws -> Ending {
        var ending = Ending()
        try client.ownContributions(to: collection, since: cursor, asksWithheld: asksWithheld) { event in
            switch event {
            case .change(let line):
                guard let provenance = line.provenance, provenance.origin == client.node else {
                    throw ReplicationError(
                        .integrity,
                        "the hub sent a contribution of another node where \(client.node) asked for its own"
                    )
                }
                try target.note(line, provenance.version)
            case .marker(let marker) where marker.isEnd:
                ending = Ending(cursor: marker.cursor, hasMore: marker.hasMore, isFollowing: marker.isFollowing)
            case .marker: break
            }
        }
        return ending
    }
}
