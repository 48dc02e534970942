package import Federation

/// Reads what the hub already has of this node's own statements, so that a node that lost its state continues its own
/// revisions and repeats nothing.
package struct StatementCycle {
    private let client: HubClient
    private let collection: CollectionName

    package init(client: HubClient, collection: CollectionName) {
        self.client = client
        self.collection = collection
    }

    /// Reads all of it into `target`, or nothing.
    ///
    /// Throws a ``ReplicationError`` once a request has failed too often, and what `target` throws.
    package func run(into target: some StatementTarget) throws {
        try client.retrying {
            try target.beginStatements(of: collection)
            do {
                var cursor: String?
                var answers = 0
                while let next = try readOnce(since: cursor, into: target) {
                    guard next != cursor else {
                        throw ReplicationError(
                            .integrity,
                            "the hub promises more contributions to \(collection) but does not get on"
                        )
                    }
                    answers += 1
                    guard answers < TransferLimits.pullAnswers else { throw client.endless(collection) }
                    cursor = next
                }
                try target.commitStatements()
            } catch {
                target.discardStatements()
                throw error
            }
        }
    }

    /// Reads one answer; returns where to go on, or `nil` at the end.
    private func readOnce(since cursor: String?, into target: some StatementTarget) throws -> String? {
        var next: String?
        try client.ownContributions(to: collection, since: cursor) { event in
            switch event {
            case .change(let line):
                guard let provenance = line.provenance, provenance.origin == client.node else {
                    throw ReplicationError(
                        .integrity,
                        "the hub sent a contribution of another node where \(client.node) asked for its own"
                    )
                }
                try target.note(line.id, provenance.version, isLive: line.state == .live)
            case .marker(let marker):
                if marker.isEnd { next = marker.hasMore ? marker.cursor : nil }
            }
        }
        return next
    }
}
