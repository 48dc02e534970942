package import Digest
internal import JSON

/// What tells one item of a snapshot from any other: everything but the texts that its digests stand for.
package struct SnapshotIdentity: Sendable, Equatable {
    /// Under which number the origin said it.
    package struct Number: Sendable, Equatable {
        package var incarnation: Int32
        package var revision: Int64

        package init(incarnation: Int32, revision: Int64) {
            self.incarnation = incarnation
            self.revision = revision
        }
    }

    package var id: PatternID
    /// Who said it, where that is known.
    package var origin: NodeName?
    /// `nil` of what no hub has numbered, and of what no node said as it stands here.
    package var number: Number?
    /// Of a merged content: what it was made of, by origin.
    package var parents: [ContributionReference]
    /// Of the content.
    package var checksum: SHA256Digest
    /// Of the vector that belongs to the content; all zero without one.
    package var vectorDigest: SHA256Digest
    /// Whether the snapshot holds the vector too.
    package var hasVector: Bool
    package var vectorModel: String?

    package init(
        id: PatternID,
        origin: NodeName?,
        number: Number?,
        parents: [ContributionReference] = [],
        checksum: SHA256Digest,
        vectorDigest: SHA256Digest = .none,
        hasVector: Bool = false,
        vectorModel: String? = nil
    ) {
        self.id = id
        self.origin = origin
        self.number = number
        self.parents = parents
        self.checksum = checksum
        self.vectorDigest = vectorDigest
        self.hasVector = hasVector
        self.vectorModel = vectorModel
    }

    /// Whether it is word for word what its origin said, so that it can be passed on as that.
    package var isContribution: Bool { origin != nil && number != nil && parents.isEmpty }

    /// SHA-256 over `s1`, collection, id, origin, incarnation, revision, checksum, vector digest, `vector` where it is
    /// there, the vector's model and the parents as JSON, joined by U+0000; what is absent is empty.
    package func digest(in collection: CollectionName, hasher: SHA256) -> SHA256Digest {
        var text: [UInt8] = []
        text.reserveCapacity(384)
        func add(_ part: some Sequence<UInt8>) {
            text.append(contentsOf: part)
            text.append(0)
        }
        add("s1".utf8)
        add(collection.text.utf8)
        add(id.utf8)
        add((origin?.text ?? "").utf8)
        add((number.map { String($0.incarnation) } ?? "").utf8)
        add((number.map { String($0.revision) } ?? "").utf8)
        checksum.appendHex(to: &text)
        text.append(0)
        vectorDigest.appendHex(to: &text)
        text.append(0)
        add((hasVector ? "vector" : "").utf8)
        add((vectorModel ?? "").utf8)
        if !parents.isEmpty { JSONValue.array(parents.map(\.json)).append(to: &text) }
        hasher.update(text)
        return hasher.finish()
    }
}
