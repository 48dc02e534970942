package import Federation

/// Pushes what a source has to say about one collection.
package struct PushCycle {
    private let client: HubClient
    private let collection: CollectionName

    package init(client: HubClient, collection: CollectionName) {
        self.client = client
        self.collection = collection
    }

    /// Pushes until `source` has no more, and adds to `tally` what became of it; calls `progress` with the items answered
    /// so far.
    ///
    /// Throws a ``ReplicationError`` once a request has failed too often, and what `source` throws. What was settled
    /// stays settled; the rest is pending in the source. Where the source can, it makes the next batch ready while the hub
    /// works on the one before.
    package func run(
        _ source: some ContributionSource,
        _ tally: inout PushTally,
        progress: (Int64) -> Void = { _ in }
    ) throws {
        var limits = (items: TransferLimits.pushItems, bytes: TransferLimits.pushBytes)
        var next = try source.nextBatch(maximumItems: limits.items, maximumBytes: limits.bytes)
        while let batch = next {
            var ahead: Result<PushBatch?, any Error>?
            let prepare = {
                guard source.isAskedAhead, ahead == nil else { return }
                ahead = Result { try source.nextBatch(maximumItems: limits.items, maximumBytes: limits.bytes) }
            }
            // Batches that are still to be sent, the next one last.
            var waiting = [batch]
            while let part = waiting.popLast() {
                do {
                    let answer = try client.retrying { try client.push(part, to: collection, onSent: prepare) }
                    try source.settle(part, answer)
                    tally.add(part, answer)
                    progress(tally.sent)
                } catch let error as ReplicationError where error.kind == .tooLarge {
                    guard part.items.count > 1 else {
                        let answer = PushCycle.refusal(error)
                        try source.settle(part, answer)
                        tally.add(part, answer)
                        continue
                    }
                    let (first, second) = part.halves
                    waiting += [second, first]
                    limits.items = min(limits.items, first.items.count)
                    limits.bytes = min(limits.bytes, max(first.body.count, second.body.count))
                }
            }
            next =
                if let ahead {
                    try ahead.get()
                } else {
                    try source.nextBatch(maximumItems: limits.items, maximumBytes: limits.bytes)
                }
        }
    }

    /// What to make of a single item that is too large for the hub, or for something on the way.
    private static func refusal(_ error: ReplicationError) -> PushAnswer {
        let refusal = ItemRefusal(
            code: RefusalCode.itemTooLarge.rawValue,
            detail: error.description,
            isRetryable: false
        )
        return PushAnswer(outcomes: [.refused(refusal)])
    }
}
