internal import Digest
internal import Federation

/// What the state knows of this node's latest statement about a pattern.
struct OfferedStatement {
    enum State: Int64 {
        case accepted = 0
        case pending = 1
        case refused = 2
    }

    var revision: Int64
    var checksum: SHA256Digest
    var vectorDigest: SHA256Digest
    var isRetraction: Bool
    var state: State
    /// The latest revision that the hub is known to have.
    var acceptedRevision: Int64
    /// Of a refused one: whether the same may be taken later.
    var isRetryable: Bool

    /// The revision under which content or a retraction with these digests is sent at `now`, in microseconds, after
    /// what `offered` says.
    ///
    /// What is pending with the same content keeps its revision, so that a lost reply does no harm. What was refused only
    /// for now is numbered anew, as its number may have been the fault of a clock, and so is what is pending under a
    /// number that any hub would refuse. `nil` where the numbers are used up, which no clock brings about in this age of
    /// the world, but a damaged state does.
    static func revision(
        after offered: OfferedStatement?,
        for checksum: SHA256Digest,
        _ vectorDigest: SHA256Digest,
        isRetraction: Bool,
        now: Int64
    ) -> Int64? {
        guard let offered else { return now }
        let latest = Timestamp(microseconds: now).adding(seconds: Limits.clockAheadSeconds)
        let isAhead = offered.revision > latest.microseconds
        if offered.state == .pending, !isAhead, offered.isRetraction == isRetraction, offered.checksum == checksum,
            offered.vectorDigest == vectorDigest, offered.revision > offered.acceptedRevision
        {
            return offered.revision
        }
        let wasNotTaken = offered.state == .refused && offered.isRetryable || offered.state == .pending && isAhead
        let previous = wasNotTaken ? offered.acceptedRevision : max(offered.revision, offered.acceptedRevision)
        // The greatest number is nobody's: its origin could not say anything after it.
        guard previous < Int64.max - 1 else { return nil }
        return max(previous + 1, now)
    }

    /// The code under which a statement is held back that no revision is left for.
    static let exhaustedCode = "revisions-exhausted"
    /// What the person who sees it can do.
    static let exhaustedDetail =
        "this node's last statement about the pattern has a revision so great that none can follow it; delete the --state"
        + " folder, which the next round rebuilds from the hub, and if that does not help have the hub's operator enrol"
        + " this node anew"
}
