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
    /// stays settled; the rest is pending in the source.
    package func run(
        _ source: some ContributionSource,
        _ tally: inout PushTally,
        progress: (Int64) -> Void = { _ in }
    ) throws {
        var maximumItems = TransferLimits.pushItems
        var maximumBytes = TransferLimits.pushBytes
        while let batch = try source.nextBatch(maximumItems: maximumItems, maximumBytes: maximumBytes) {
            // Batches that are still to be sent, the next one last.
            var waiting = [batch]
            while let next = waiting.popLast() {
                do {
                    let answer = try client.retrying { try client.push(next, to: collection) }
                    try source.settle(next, answer)
                    tally.add(next, answer)
                    progress(tally.sent)
                } catch let error as ReplicationError where error.kind == .tooLarge {
                    guard next.items.count > 1 else {
                        let answer = PushCycle.refusal(error)
                        try source.settle(next, answer)
                        tally.add(next, answer)
                        continue
                    }
                    let (first, second) = next.halves
                    waiting += [second, first]
                    maximumItems = min(maximumItems, first.items.count)
                    maximumBytes = min(maximumBytes, max(first.body.count, second.body.count))
                }
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
