package import Digest

/// What a checksum covers: collection, id and content, so that a checksum cannot be carried from one pattern to another.
package enum PatternChecksum {
    /// SHA-256 over `"c1"`, 0, the collection, 0, the id, 0 and the canonical payload.
    package static func content(
        collection: CollectionName,
        id: PatternID,
        payload: [UInt8],
        hasher: SHA256
    ) -> SHA256Digest {
        start("c1", collection, id, hasher)
        hasher.update(payload)
        return hasher.finish()
    }

    /// SHA-256 over `"r1"`, 0, the collection, 0, the id and 0: what "taken back" hashes to.
    package static func retraction(collection: CollectionName, id: PatternID, hasher: SHA256) -> SHA256Digest {
        start("r1", collection, id, hasher)
        return hasher.finish()
    }

    private static func start(_ tag: String, _ collection: CollectionName, _ id: PatternID, _ hasher: SHA256) {
        var prefix: [UInt8] = []
        prefix.reserveCapacity(tag.utf8.count + collection.text.utf8.count + id.utf8.count + 3)
        prefix.append(contentsOf: tag.utf8)
        prefix.append(0)
        prefix.append(contentsOf: collection.text.utf8)
        prefix.append(0)
        prefix.append(contentsOf: id.utf8)
        prefix.append(0)
        hasher.update(prefix)
    }
}
