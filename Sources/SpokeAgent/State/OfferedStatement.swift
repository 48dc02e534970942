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

    /// The revision under which content or retraction with these digests is sent at `now`, in microseconds.
    ///
    /// What is pending with the same content keeps its revision, so that a lost reply does no harm. What was refused only
    /// because of a clock is numbered anew, as its number may have been the clock's fault.
    func revision(
        for checksum: SHA256Digest,
        _ vectorDigest: SHA256Digest,
        isRetraction: Bool,
        now: Int64
    ) -> Int64 {
        if state == .pending, self.isRetraction == isRetraction, self.checksum == checksum,
            self.vectorDigest == vectorDigest, revision > acceptedRevision
        {
            return revision
        }
        let previous = state == .refused && isRetryable ? acceptedRevision : max(revision, acceptedRevision)
        return max(previous + 1, now)
    }
}
