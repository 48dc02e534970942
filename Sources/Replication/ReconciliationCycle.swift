internal import Digest
package import Federation
internal import JSON

/// Makes two hubs hold the same contributions to one collection, with traffic that follows the differences alone.
///
/// Ranges of pattern ids are compared by their digests. Where one differs its parts are compared, until what is left is
/// short enough to be listed; then what is lacking or older here is fetched, and what is lacking or older there pushed.
/// What either side receives meanwhile may be compared or not: it is behind the positions read before, and comes anyway.
package struct ReconciliationCycle {
    private let client: HubClient
    private let collection: CollectionName

    package init(client: HubClient, collection: CollectionName) {
        self.client = client
        self.collection = collection
    }

    /// Compares all of it, and adds to `tally` what it took and brought.
    ///
    /// Throws a ``ReplicationError`` once a request has failed too often, of kind `cursorReset` where the hub's history
    /// changed meanwhile, and what `side` throws. What was fetched and pushed before stays so.
    package func run(_ side: some ReconciliationSide, _ tally: inout ReconciliationTally) throws {
        var differences = Differences()
        // The last first, so that what differs is walked in order and memory is bounded by the depth.
        var waiting = [PatternRange()]
        var greatestRequests: Int64 = 1
        while !waiting.isEmpty {
            guard tally.requests < greatestRequests, waiting.count <= TransferLimits.openRanges else {
                throw endless(after: tally.requests)
            }
            let ranges = Array(waiting.suffix(TransferLimits.comparedRanges))
            waiting.removeLast(ranges.count)
            let answer = try client.retrying { try client.digests(DigestsRequest(ranges: ranges), of: collection) }
            tally.requests += 1
            tally.ranges += Int64(ranges.count)
            try note(answer, &tally)
            let held = try side.sums(of: ranges)
            if tally.requests == 1, let theirs = answer.ranges.first?.set, let ours = held.first {
                greatestRequests = TransferLimits.comparisonRequests(of: max(theirs.count, ours.count))
            }
            var parts: [RangeSummary] = []
            for (index, range) in ranges.enumerated() where answer.ranges[index].set != held[index] {
                switch answer.ranges[index].detail {
                case .parts(let divided):
                    guard divided.count > 1 else { throw undivided(range) }
                    parts += divided
                case .items(let items):
                    try compare(range, items, side, &differences, &tally)
                }
            }
            let heldParts = parts.isEmpty ? [] : try side.sums(of: parts.map(\.range))
            waiting += zip(parts, heldParts).filter { $0.set != $1 }.map(\.0.range)
        }
        try fetch(&differences.lackingHere, side, &tally)
        try push(&differences.lackingThere, side, &tally)
    }

    /// What was found and not settled yet.
    private struct Differences {
        var lackingHere: [ContributionKey] = []
        var lackingThere: [ContributionKey] = []
    }

    private func note(_ answer: DigestsAnswer, _ tally: inout ReconciliationTally) throws(ReplicationError) {
        if tally.cursor == nil { (tally.epoch, tally.cursor) = (answer.epoch, answer.cursor) }
        guard tally.epoch == answer.epoch else {
            throw ReplicationError(
                .cursorReset,
                "the history of the hub at \(client.endpoint) changed while \(collection) was compared; it is compared anew"
            )
        }
    }

    /// Compares what both hold of `range`; `theirs` is all that the other hub has of it.
    private func compare(
        _ range: PatternRange,
        _ theirs: [StatementVersion],
        _ side: some ReconciliationSide,
        _ differences: inout Differences,
        _ tally: inout ReconciliationTally
    ) throws {
        var theirs = theirs[...]
        var last: ContributionKey?
        while true {
            let portion = try side.statements(in: range, after: last, limit: TransferLimits.comparedStatements)
            for statement in portion {
                let ours = statement.held
                while let first = theirs.first, first.key < ours.key {
                    differences.lackingHere.append(first.key)
                    theirs.removeFirst()
                }
                if let first = theirs.first, first.key == ours.key {
                    theirs.removeFirst()
                    if first.version > ours.version { differences.lackingHere.append(ours.key) }
                    if first.version < ours.version, statement.isOffered {
                        differences.lackingThere.append(ours.key)
                    }
                } else if statement.isOffered {
                    differences.lackingThere.append(ours.key)
                }
            }
            try settle(&differences, side, &tally)
            guard portion.count == TransferLimits.comparedStatements else { break }
            last = portion.last?.held.key
        }
        differences.lackingHere += theirs.map(\.key)
        try settle(&differences, side, &tally)
    }

    /// Fetches and pushes what makes whole portions.
    private func settle(
        _ differences: inout Differences,
        _ side: some ReconciliationSide,
        _ tally: inout ReconciliationTally
    ) throws {
        if differences.lackingHere.count >= TransferLimits.selectedKeys {
            try fetch(&differences.lackingHere, side, &tally)
        }
        if differences.lackingThere.count >= TransferLimits.selectedKeys {
            try push(&differences.lackingThere, side, &tally)
        }
    }

    private func fetch(
        _ keys: inout [ContributionKey],
        _ side: some ReconciliationSide,
        _ tally: inout ReconciliationTally
    ) throws {
        try settle(&keys, lacking: .here, side) { portion in
            var taken: Int64 = 0
            try client.retrying {
                taken = 0
                do {
                    try client.selection(portion, of: collection) { event, raw in
                        guard case .change(let line) = event else { return }
                        try side.receive(line, raw: raw)
                        taken += 1
                    }
                    try side.commitReceived()
                } catch {
                    side.discardReceived()
                    throw error
                }
            }
            tally.fetched += taken
        }
    }

    private func push(
        _ keys: inout [ContributionKey],
        _ side: some ReconciliationSide,
        _ tally: inout ReconciliationTally
    ) throws {
        try settle(&keys, lacking: .there, side) { portion in
            try PushCycle(client: client, collection: collection).run(side.offers(of: portion), &tally.pushed)
        }
    }

    /// Takes all of `keys`, portion by portion, and calls `body` with those that are to be sent.
    private func settle(
        _ keys: inout [ContributionKey],
        lacking gap: ReconciliationGap,
        _ side: some ReconciliationSide,
        _ body: ([ContributionKey]) throws -> Void
    ) throws {
        while !keys.isEmpty {
            let portion = Array(keys.prefix(TransferLimits.selectedKeys))
            keys.removeFirst(portion.count)
            if side.found(portion, lacking: gap) { try body(portion) }
        }
    }

    private func undivided(_ range: PatternRange) -> ReplicationError {
        ReplicationError(
            .integrity,
            "the hub at \(client.endpoint) neither lists nor divides what it has of \(collection) from"
                + " '\(range.from?.description ?? "")'; check the versions of both programs"
        )
    }

    private func endless(after requests: Int64) -> ReplicationError {
        ReplicationError(
            .integrity,
            "after \(requests) requests \(collection) is still not compared with the hub at"
                + " \(client.endpoint); what was found is settled, and the next try goes on: if that does not end either,"
                + " verify both stores"
        )
    }
}
