/// What became of what was pushed into one collection.
package struct PushTally: Sendable, Equatable {
    /// Content that the hub took.
    package var accepted: Int64 = 0
    /// Retractions that the hub took.
    package var retracted: Int64 = 0
    /// Items that the hub had already.
    package var unchanged: Int64 = 0
    /// Items of which the hub has a newer statement of this node.
    package var stale: Int64 = 0
    /// Items that the hub does not take.
    package var refused: Int64 = 0
    /// Refused items that may be taken later as they are.
    package var refusedForNow: Int64 = 0

    package init() {}

    /// Counts the answer to one batch.
    mutating func add(_ batch: PushBatch, _ answer: PushAnswer) {
        for (item, outcome) in zip(batch.items, answer.outcomes) {
            switch outcome {
            case .accepted where item.isRetraction: retracted += 1
            case .accepted: accepted += 1
            case .unchanged: unchanged += 1
            case .stale: stale += 1
            case .refused(let refusal):
                refused += 1
                if refusal.isRetryable { refusedForNow += 1 }
            }
        }
    }

    /// Counts what `other` counts too.
    package mutating func add(_ other: PushTally) {
        accepted += other.accepted
        retracted += other.retracted
        unchanged += other.unchanged
        stale += other.stale
        refused += other.refused
        refusedForNow += other.refusedForNow
    }

    /// Everything that was sent and answered.
    package var sent: Int64 { accepted + retracted + unchanged + stale + refused }
}
