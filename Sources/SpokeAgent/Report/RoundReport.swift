package import Federation

/// What a round did.
package struct RoundReport: Sendable {
    /// What a round does.
    package enum Kind: String, Sendable {
        case sync, push, pull
    }

    package var kind: Kind
    package var endpoint: String
    package var node: NodeName
    package var collections: [CollectionReport] = []
    /// What a person should know, each with what to do about it.
    package var notes: [String] = []
    /// Whether there is nothing that could be shared, and nowhere that winners could be written to.
    package var hasNothingToDo = false
    /// Whether something could not be read that should have been.
    package var isPartial = false
    /// Whether own statements have to be looked at, for which a pull alone is not enough.
    package var asksForRound = false
    /// Whether the state is damaged, which the next start of the program repairs.
    package var needsRestart = false
    /// What ended the round early.
    package var failure: SpokeError?
    package var startedAt: Timestamp
    package var finishedAt: Timestamp

    package init(kind: Kind, endpoint: String, node: NodeName, startedAt: Timestamp) {
        self.kind = kind
        self.endpoint = endpoint
        self.node = node
        self.startedAt = startedAt
        finishedAt = startedAt
    }

    /// How the program ends.
    package var status: ExitStatus {
        let partial: ExitStatus = isPartial ? .partial : .ok
        return collections.reduce(failure?.status.worse(partial) ?? partial) { $0.worse($1.status) }
    }

    /// Whether anything changed here or at the hub.
    package var isChange: Bool { collections.contains(where: \.isChange) }

    /// Changes the report of one collection, which is added where it is missing.
    mutating func update(_ policy: CollectionPolicy, _ change: (inout CollectionReport) throws -> Void) rethrows {
        let index: Int
        if let found = collections.firstIndex(where: { $0.collection == policy.collection }) {
            index = found
        } else {
            index = collections.count
            collections.append(CollectionReport(policy))
        }
        try change(&collections[index])
    }
}
