package import Federation
package import Replication

/// What a round did about one collection.
package struct CollectionReport: Sendable, Equatable {
    /// Why what is no longer in the sources was not taken back.
    package enum HoldReason: Sendable, Equatable {
        /// A file that contributed before is missing or cannot be read.
        case fileMissing([String])
        /// A folder that contributed before is no source any more.
        case sourceDropped([String])
        /// Nobody knows which patterns the unreadable lines are.
        case unreadableLines
        /// There are unusually many.
        case tooMany(live: Int64)
    }

    /// Patterns that were not taken back, and why.
    package struct HeldRetractions: Sendable, Equatable {
        package var count: Int64
        package var reason: HoldReason

        package init(count: Int64, reason: HoldReason) {
            self.count = count
            self.reason = reason
        }
    }

    package var collection: CollectionName
    package var threshold: Double
    /// What the sources hold; `nil` where no source has a file of the collection.
    package var scan: ScanTally?
    /// Whether the sources were read in this round; otherwise they are as they were.
    package var wasScanned = false
    package var push = PushTally()
    package var held: [HeldItems] = []
    package var heldRetractions: HeldRetractions?
    /// What this node said and the hub has, and an operator retracted.
    package var withheld = WithheldStatements()
    /// Whether the hub has yet to apply something that operators resolved, so that a next round soon is worth it.
    package var awaitsResolutions = false
    /// Content left for the next round because its file was changed while it was read.
    package var changedWhileRead: Int64 = 0
    package var pull = PullTally()
    package var wasPulled = false
    /// Own patterns that came back as winners.
    package var ownWinners: Int64 = 0
    /// Winners held now.
    package var winners: Int64 = 0
    /// Sink files whose bytes changed.
    package var sinksWritten = 0
    /// Winners that sinks could not take, and why.
    package var sinkFindings: [String] = []
    /// What is worth knowing of sinks besides.
    package var sinkNotes: [String] = []
    /// Why the hub could not be told how far its winners were applied; the next round tells it.
    package var checkpointProblem: String?
    /// What went wrong with this collection alone.
    package var problem: SpokeError?

    /// A report of a collection whose policy is not known.
    init(of collection: CollectionName) {
        self.collection = collection
        threshold = 0
    }

    package init(_ policy: CollectionPolicy) {
        collection = policy.collection
        threshold = policy.threshold
    }

    /// Items that the hub does not take, whether from this round or from before.
    package var refused: Int64 { held.reduce(0) { $0 + $1.count } }

    /// Patterns offered that the hub had already.
    package var unchanged: Int64 { max(0, (scan?.offerable ?? 0) - push.accepted - refused) }

    package var learned: Int64 { pull.learned.values.reduce(0, +) }

    /// How the program would end because of this collection.
    package var status: ExitStatus {
        if let problem { return problem.status }
        let isPartial =
            refused > 0 || (scan?.unreadable ?? 0) > 0 || heldRetractions != nil || changedWhileRead > 0
            || !sinkFindings.isEmpty
        return isPartial ? .partial : .ok
    }

    /// Whether the round changed anything here or at the hub.
    package var isChange: Bool {
        push.accepted > 0 || push.retracted > 0 || !pull.isEmpty || ownWinners > 0 || sinksWritten > 0
    }
}
