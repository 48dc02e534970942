package import Federation

/// What became of one entry of a snapshot, or would.
package struct SnapshotVerdict: Sendable {
    /// Where it stands.
    package var place: SnapshotPlace
    /// Where it could be read.
    package var id: PatternID?
    package var verdict: Verdict
    /// Of an accepted one: whether its origin had said something else about the pattern before.
    package var isChange: Bool
}
