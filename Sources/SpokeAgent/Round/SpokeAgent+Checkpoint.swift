internal import Federation
internal import Replication

extension SpokeAgent {
    /// Tells the hub how far its winners of `collection` are applied here, unless it knows.
    ///
    /// To be called once the sinks are up to date. The position is kept as reported only after the hub's answer, so that
    /// a report that failed is made again by the next round; it fails nothing else, and is not retried within the round,
    /// as what it reports is done already.
    func reportApplied(_ collection: CollectionName, _ report: inout CollectionReport) throws {
        guard hubTakesCheckpoints, let cursor = try state.cursorToReport(of: collection) else { return }
        do {
            switch try client.reportApplied(cursor, of: collection) {
            case .noted: try state.saveReported(cursor, of: collection)
            case .unsupported: hubTakesCheckpoints = false
            }
        } catch let error as ReplicationError where error.kind != .stopped {
            report.checkpointProblem = error.description
        }
    }
}
