package import Digest
internal import JSON

/// A digest of a set that does not depend on the order in which its members came: how many, and the sum of their
/// SHA-256 digests modulo 2^256.
///
/// Adding and removing are exact inverses, so the digest of a feed is kept up to date change by change and can be
/// recomputed from nothing. (Bellare and Micciancio, "A New Paradigm for Collision-free Hashing: Incrementality at
/// Reduced Cost"; an XOR instead of a sum could be forged by linear algebra.)
package struct SetDigest: Sendable, Equatable {
    package private(set) var count: Int64
    /// The sum, read as one big-endian number.
    package private(set) var sum: SHA256Digest

    package init(count: Int64 = 0, sum: SHA256Digest = .none) {
        self.count = count
        self.sum = sum
    }

    /// Counts `item`.
    package mutating func insert(_ item: SHA256Digest) {
        count += 1
        sum = SetDigest.add(sum, item)
    }

    /// Takes back that `item` was counted.
    package mutating func remove(_ item: SHA256Digest) {
        count -= 1
        sum = SetDigest.add(sum, SetDigest.negate(item))
    }

    /// Adds all that `other` counts.
    package mutating func formUnion(_ other: SetDigest) {
        count += other.count
        sum = SetDigest.add(sum, other.sum)
    }

    private static func add(_ left: SHA256Digest, _ right: SHA256Digest) -> SHA256Digest {
        var carry = false
        func column(_ a: UInt64, _ b: UInt64) -> UInt64 {
            let (partial, first) = a.addingReportingOverflow(b)
            let (total, second) = partial.addingReportingOverflow(carry ? 1 : 0)
            carry = first || second
            return total
        }
        let (l, r) = (left.words, right.words)
        let w3 = column(l.3, r.3)
        let w2 = column(l.2, r.2)
        let w1 = column(l.1, r.1)
        return SHA256Digest(words: (column(l.0, r.0), w1, w2, w3))
    }

    private static func negate(_ item: SHA256Digest) -> SHA256Digest {
        let w = item.words
        let one = SHA256Digest(words: (0, 0, 0, 1))
        return add(SHA256Digest(words: (~w.0, ~w.1, ~w.2, ~w.3)), one)
    }
}

/// The digests of single members, which a ``SetDigest`` sums up.
///
/// Each is SHA-256 over texts joined by U+0000, so that any language can compute it from what the protocol shows.
package enum ItemDigest {
    /// Of a contribution: `k1`, collection, id, origin, incarnation, revision, checksum, vector digest.
    package static func contribution(
        collection: CollectionName,
        id: PatternID,
        origin: NodeName,
        version: ContributionVersion,
        hasher: SHA256
    ) -> SHA256Digest {
        digest("k1", collection, id, origin, version, hasher)
    }

    /// Of a live winner: `w1`, collection, id, origin, incarnation, revision, checksum, vector digest.
    package static func winner(
        collection: CollectionName,
        id: PatternID,
        origin: NodeName,
        version: ContributionVersion,
        hasher: SHA256
    ) -> SHA256Digest {
        digest("w1", collection, id, origin, version, hasher)
    }

    /// Both digests of one contribution: as itself, and as the winner it may become.
    package struct Pair: Sendable, Equatable {
        package var contribution: SHA256Digest
        package var winner: SHA256Digest

        /// The digests of what `origin` says about `id` in this version.
        package init(
            collection: CollectionName,
            id: PatternID,
            origin: NodeName,
            version: ContributionVersion,
            hasher: SHA256
        ) {
            contribution = digest("k1", collection, id, origin, version, hasher)
            winner = digest("w1", collection, id, origin, version, hasher)
        }
    }

    private static func digest(
        _ tag: String,
        _ collection: CollectionName,
        _ id: PatternID,
        _ origin: NodeName,
        _ version: ContributionVersion,
        _ hasher: SHA256
    ) -> SHA256Digest {
        var text: [UInt8] = []
        text.reserveCapacity(320)
        for part in [tag, collection.text] {
            text.append(contentsOf: part.utf8)
            text.append(0)
        }
        text.append(contentsOf: id.utf8)
        text.append(0)
        text.append(contentsOf: origin.text.utf8)
        text.append(0)
        JSONText.appendInteger(Int64(version.incarnation), to: &text)
        text.append(0)
        JSONText.appendInteger(version.revision, to: &text)
        text.append(0)
        version.checksum.appendHex(to: &text)
        text.append(0)
        version.vectorDigest.appendHex(to: &text)
        hasher.update(text)
        return hasher.finish()
    }
}
