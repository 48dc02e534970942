internal import Federation
internal import Replication

extension SpokeAgent {
    /// Learns what operators retracted, or do not retract any more, of what this node said, where they resolved something
    /// since it last asked; and reads all of the hub's record where that has to be known before anything is offered.
    ///
    /// What was refused as retracted is then offered again, once, as it may be taken now.
    func followResolutions(
        _ entry: ManifestDocument.Entry,
        _ number: Int64,
        hasFiles: Bool,
        _ report: inout CollectionReport
    ) throws {
        let needsAll = try state.needsStatements(of: entry.policy.collection)
        // Who says nothing need not know what the hub has of it.
        if needsAll, !hasFiles { return }
        let position = entry.resolutions?.cursor
        let hasMoved = try position != nil && position != state.followedCursor(of: number)
        guard needsAll || hasMoved else { return }
        if try needsAll || state.hasOffers(in: number) {
            let since = try needsAll || position == nil ? nil : state.statementsCursor(of: number)
            report.awaitsResolutions = try readStatements(entry, since: since)
        }
        guard let position, hasMoved else { return }
        try state.beginRetryingRetracted(in: number)
        if !report.awaitsResolutions { try state.saveFollowed(position, of: number) }
    }

    /// Reads what the hub has of this node's own statements, behind `cursor` or all of it; returns whether it has yet to
    /// apply something that operators resolved.
    func readStatements(_ entry: ManifestDocument.Entry, since cursor: String?) throws -> Bool {
        let cycle = StatementCycle(
            client: client,
            collection: entry.policy.collection,
            asksWithheld: entry.resolutions != nil
        )
        do {
            return try cycle.run(into: OwnStatements(state: state, isWhole: cursor == nil), since: cursor)
        } catch let error as ReplicationError
            where cursor != nil && (error.kind == .cursorReset || error.kind == .cursorUnusable)
        {
            return try cycle.run(into: OwnStatements(state: state, isWhole: true), since: nil)
        }
    }
}
