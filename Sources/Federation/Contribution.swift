package import Digest

/// What one origin node currently says about one pattern.
///
/// It has one writer, its origin, which numbers its own versions; hubs pass it on unchanged or refuse it.
package struct Contribution: Sendable, Equatable {
    package var id: PatternID
    package var origin: NodeName
    package var version: ContributionVersion
    package var statement: Statement
    /// The hubs it has passed through, the first first.
    package var path: [NodeName]

    /// What is said.
    package enum Statement: Sendable, Equatable {
        case content(Content)
        /// The origin takes the pattern back.
        case retraction
        /// A content whose text was removed because an operator had it erased; its checksum is in the version.
        case erased
    }

    /// A pattern's content as its origin states it.
    package struct Content: Sendable, Equatable {
        /// Canonical JSON, without transport keys.
        package var payload: [UInt8]
        /// From the payload, by the collection's value rule; 0...1.
        package var value: Double
        package var updatedAt: Timestamp
        package var vector: PatternVector?

        package init(payload: [UInt8], value: Double, updatedAt: Timestamp, vector: PatternVector?) {
            self.payload = payload
            self.value = value
            self.updatedAt = updatedAt
            self.vector = vector
        }
    }

    package init(
        id: PatternID,
        origin: NodeName,
        version: ContributionVersion,
        statement: Statement,
        path: [NodeName]
    ) {
        self.id = id
        self.origin = origin
        self.version = version
        self.statement = statement
        self.path = path
    }

    package var key: ContributionKey { ContributionKey(id: id, origin: origin) }

    package var content: Content? {
        guard case .content(let content) = statement else { return nil }
        return content
    }
}

/// The place of a contribution among its origin's statements about the pattern.
///
/// Totally ordered, so joining two states by taking the newer is commutative, associative and idempotent. The digests
/// come last: one origin never writes two contents under one revision, and if two machines share an identity and do, all
/// hubs still agree.
package struct ContributionVersion: Sendable, Hashable, Comparable {
    /// Which enrolment of the origin wrote it; issued by the hub.
    package var incarnation: Int32
    /// The origin's own number: the greater of its previous one plus 1 and Unix microseconds.
    package var revision: Int64
    /// Of the content; see ``PatternChecksum``.
    package var checksum: SHA256Digest
    /// Of the vector's bytes; all zero without one.
    package var vectorDigest: SHA256Digest

    package init(incarnation: Int32, revision: Int64, checksum: SHA256Digest, vectorDigest: SHA256Digest) {
        self.incarnation = incarnation
        self.revision = revision
        self.checksum = checksum
        self.vectorDigest = vectorDigest
    }

    /// Whether both are the same statement number of the same enrolment.
    package func hasSameNumber(as other: ContributionVersion) -> Bool {
        incarnation == other.incarnation && revision == other.revision
    }

    /// Whether both say the same, under whatever number.
    package func saysTheSame(as other: ContributionVersion) -> Bool {
        checksum == other.checksum && vectorDigest == other.vectorDigest
    }

    package static func < (left: ContributionVersion, right: ContributionVersion) -> Bool {
        (left.incarnation, left.revision, left.checksum, left.vectorDigest)
            < (right.incarnation, right.revision, right.checksum, right.vectorDigest)
    }
}

/// A hub's state about one collection is a map from these to the newest contribution.
package struct ContributionKey: Sendable, Hashable {
    package var id: PatternID
    package var origin: NodeName

    package init(id: PatternID, origin: NodeName) {
        self.id = id
        self.origin = origin
    }
}

extension SHA256Digest {
    /// The digest that stands for "nothing there".
    package static let none = SHA256Digest(words: (0, 0, 0, 0))
}
