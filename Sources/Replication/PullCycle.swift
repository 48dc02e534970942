package import Federation
internal import JSON

/// Pulls a feed of one collection into a target: winners into a spoke, contributions into a hub.
package struct PullCycle {
    /// What is pulled.
    package enum Feed: Sendable, Equatable {
        case winners(withVectors: Bool)
        /// With contents and vectors, what all nodes said; with echoes also what this hub passed on itself.
        case contributions(withEchoes: Bool)
    }

    private let client: HubClient
    private let collection: CollectionName
    private let feed: Feed

    package init(client: HubClient, collection: CollectionName, feed: Feed) {
        self.client = client
        self.collection = collection
        self.feed = feed
    }

    /// A pull of winners.
    package init(client: HubClient, collection: CollectionName, withVectors: Bool) {
        self.init(client: client, collection: collection, feed: .winners(withVectors: withVectors))
    }

    /// How one answer ended.
    private struct Ending {
        var hasMore = false
        var total: SetDigest?
    }

    /// Pulls behind the target's position, and adds to `tally` what was committed; calls `progress` with the lines taken
    /// so far.
    ///
    /// What is held afterwards is compared with the hub's total, where the target says it has to be the same. Where they
    /// differ, and where the hub no longer knows the position, the target starts over, once. Throws a ``ReplicationError``, of kind `integrity`
    /// where a line, a marker or the total cannot be trusted, and what `target` throws.
    package func run(
        into target: some PullTarget,
        _ tally: inout PullTally,
        progress: (Int64) -> Void = { _ in }
    ) throws {
        var failures = 0
        var hasStartedOver = false
        var answers = 0
        func startOver(_ error: ReplicationError?) throws {
            hasStartedOver = true
            tally.startedOver = true
            try target.startOver(collection, because: error)
        }
        while true {
            var commits = 0
            answers += 1
            do {
                let ending = try pullOnce(into: target, &tally, &commits, progress)
                failures = 0
                if ending.hasMore {
                    guard answers < TransferLimits.pullAnswers else { throw client.endless(collection) }
                    continue
                }
                guard let total = ending.total, let held = try target.requiredTotal(of: collection), total != held
                else { return }
                guard !hasStartedOver else { throw mismatch(held, total) }
                try startOver(nil)
            } catch let error as ReplicationError {
                target.discard()
                switch error.kind {
                case .cursorReset, .cursorUnusable:
                    guard !hasStartedOver else { throw error }
                    tally.historyChanged = tally.historyChanged || error.kind == .cursorReset
                    try startOver(error)
                case _ where error.isRetryable:
                    failures = commits > 0 ? 1 : failures + 1
                    guard failures < TransferLimits.tries, answers < TransferLimits.pullAnswers else { throw error }
                    try client.pause(afterFailures: failures, error)
                default: throw error
                }
            } catch {
                target.discard()
                throw error
            }
        }
    }

    /// Reads one answer; counts commits in `commits`, and in `tally` only what was committed.
    private func pullOnce(
        into target: some PullTarget,
        _ tally: inout PullTally,
        _ commits: inout Int,
        _ progress: (Int64) -> Void
    ) throws -> Ending {
        var ending = Ending()
        var uncommitted = PullTally()
        let cursor = try target.cursor(of: collection)
        try target.begin(collection)
        try read(since: cursor) { event, raw in
            switch event {
            case .change(let line):
                try checkVector(line)
                uncommitted.add(try target.take(line, raw: raw))
            case .marker(let marker):
                uncommitted.withdrawn += try target.commit(marker.cursor, isEnd: marker.isEnd && !marker.hasMore)
                commits += 1
                tally.add(uncommitted)
                uncommitted = PullTally()
                progress(marker.lines)
                if marker.isEnd {
                    ending = Ending(hasMore: marker.hasMore, total: marker.total)
                } else {
                    try target.begin(collection)
                }
            }
        }
        // An answer that promises more but brings nothing would be asked for again for ever.
        if ending.hasMore, try target.cursor(of: collection) == cursor {
            throw ReplicationError(
                .integrity,
                "the hub promises more of \(collection) but does not get on; report this to its operator"
            )
        }
        return ending
    }

    private func read(since cursor: String?, onEvent: (FeedEvent, RecordSlice) throws -> Void) throws {
        switch feed {
        case .winners(let withVectors):
            try client.winners(of: collection, since: cursor, withVectors: withVectors, onEvent: onEvent)
        case .contributions(let withEchoes):
            try client.contributions(to: collection, since: cursor, withEchoes: withEchoes, onEvent: onEvent)
        }
    }

    private func checkVector(_ line: FeedLine) throws(ReplicationError) {
        guard feed == .winners(withVectors: true), let provenance = line.provenance,
            provenance.version.vectorDigest != .none,
            line.vector?.bytes == nil
        else { return }
        throw ReplicationError(
            .integrity,
            "the hub sent \(line.id) of \(collection) without its vector, which was asked for; nothing of it was used"
        )
    }

    private func mismatch(_ held: SetDigest, _ total: SetDigest) -> ReplicationError {
        ReplicationError(
            .integrity,
            "after pulling \(collection) from its beginning this node holds \(held.count) patterns and the hub says"
                + " \(total.count), or their digests differ; ask the hub's operator to verify its store"
        )
    }
}
