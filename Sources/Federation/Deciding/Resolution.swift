package import Digest
internal import JSON

/// What an operator decided about one pattern, or about one content wherever it appears.
///
/// A numbered statement with an origin, as a contribution is: it can travel between hubs, and of several about one
/// subject the newest stands, whatever order they arrived in.
package struct Resolution: Sendable, Equatable {
    /// What was decided about.
    package enum Subject: Sendable, Hashable {
        case pattern(PatternID)
        /// Every pattern whose content has this digest; see ``ContentDigest``.
        case content(SHA256Digest)
    }

    /// What was decided.
    package enum Decision: Sendable, Equatable {
        /// This content is served.
        case content(ResolvedContent)
        /// Nothing is served, and what says the same again is refused.
        case retracted
        /// What was decided before holds no more.
        case lifted
    }

    package var subject: Subject
    /// The hub at which it was decided.
    package var origin: NodeName
    /// The origin's own number of the statement: the greater of its previous one plus 1 and Unix microseconds.
    package var revision: Int64
    package var decision: Decision
    /// Checksums of the contents that were seen, ascending; the decision says nothing about any other.
    package var covers: [SHA256Digest]
    package var reason: String
    /// The person, as the hub knows them.
    package var decidedBy: String
    package var decidedAt: Timestamp
    /// Whether the text of what was retracted is removed wherever it is kept.
    package var erases: Bool

    package init(
        subject: Subject,
        origin: NodeName,
        revision: Int64,
        decision: Decision,
        covers: [SHA256Digest] = [],
        reason: String,
        decidedBy: String,
        decidedAt: Timestamp,
        erases: Bool = false
    ) {
        self.subject = subject
        self.origin = origin
        self.revision = revision
        self.decision = decision
        self.covers = covers.sorted()
        self.reason = reason
        self.decidedBy = decidedBy
        self.decidedAt = decidedAt
        self.erases = erases
    }

    /// Whether this statement stands before `other` about the same subject: the greater revision, then the greater
    /// origin, then what is said.
    ///
    /// Within one origin revisions differ; where one says two things under one number all the same, as after it was set
    /// back to an earlier state, the last decides, so that all hubs come to the same.
    package func isNewer(than other: Resolution) -> Bool {
        guard revision == other.revision, origin == other.origin else {
            return (revision, origin) > (other.revision, other.origin)
        }
        return other.json.bytes.lexicographicallyPrecedes(json.bytes)
    }

    /// The statement that stands among `resolutions` about one subject.
    package static func standing(among resolutions: some Sequence<Resolution>) -> Resolution? {
        resolutions.reduce(nil) { best, resolution in
            guard let best, !resolution.isNewer(than: best) else { return resolution }
            return best
        }
    }

    /// Whether the decision was made with all of `contents` in view.
    package func covers(all contents: some Sequence<SHA256Digest>) -> Bool {
        let seen = Set(covers)
        return contents.allSatisfy(seen.contains)
    }

    package var retracts: Bool { decision == .retracted }
}

/// A content that an operator chose or wrote.
package struct ResolvedContent: Sendable, Equatable {
    /// The contribution that was chosen; `nil` where the operator wrote the content.
    package var source: ContributionReference?
    /// Canonical JSON; empty where it was erased.
    package var payload: [UInt8]
    /// Of the payload; see ``PatternChecksum``.
    package var checksum: SHA256Digest
    package var value: Double
    package var updatedAt: Timestamp

    package init(
        source: ContributionReference?,
        payload: [UInt8],
        checksum: SHA256Digest,
        value: Double,
        updatedAt: Timestamp
    ) {
        self.source = source
        self.payload = payload
        self.checksum = checksum
        self.value = value
        self.updatedAt = updatedAt
    }
}
