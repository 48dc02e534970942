internal import Digest

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
    /// for now is numbered anew, as its number may have been the fault of a clock.
    static func revision(
        after offered: OfferedStatement?,
        for checksum: SHA256Digest,
        _ vectorDigest: SHA256Digest,
        isRetraction: Bool,
        now: Int64
    ) -> Int64 {
        guard let offered else { return now }
        if offered.state == .pending, offered.isRetraction == isRetraction, offered.checksum == checksum,
            offered.vectorDigest == vectorDigest, offered.revision > offered.acceptedRevision
        {
            return offered.revision
        }
        let isForNow = offered.state == .refused && offered.isRetryable
        let previous = isForNow ? offered.acceptedRevision : max(offered.revision, offered.acceptedRevision)
        return max(previous + 1, now)
    }
}
