package import Digest
internal import JSON

/// A digest of what a pattern says, whoever says it and under whatever id.
///
/// A retracted content that is learned again comes under a new id, with other scores and at another time; its digest is
/// the same.
package enum ContentDigest {
    /// SHA-256 over `"n1"`, 0, the collection, 0 and the canonical payload without its volatile members.
    ///
    /// Bytes that are no canonical object are taken as they are.
    package static func of(
        canonicalPayload: [UInt8],
        collection: CollectionName,
        hasher: SHA256
    ) -> SHA256Digest {
        var text: [UInt8] = []
        text.reserveCapacity(canonicalPayload.count + 72)
        text.append(contentsOf: "n1".utf8)
        text.append(0)
        text.append(contentsOf: collection.text.utf8)
        text.append(0)
        if let object = CanonicalObject(canonicalPayload) {
            appendLasting(object, to: &text)
        } else {
            text.append(contentsOf: canonicalPayload)
        }
        hasher.update(text)
        return hasher.finish()
    }

    private static func appendLasting(_ object: CanonicalObject, to text: inout [UInt8]) {
        var dropped = object.positions(of: volatile).lazy.compactMap(\.self).makeIterator()
        var next = dropped.next()
        text.append(UInt8(ascii: "{"))
        var isFirst = true
        for member in 0..<object.count {
            if member == next {
                next = dropped.next()
                continue
            }
            if !isFirst { text.append(UInt8(ascii: ",")) }
            isFirst = false
            object.member(member).withUnsafeBytes { text.append(contentsOf: $0) }
        }
        text.append(UInt8(ascii: "}"))
    }

    /// Members of the outermost object that say who or when or how good, not what; sorted.
    private static let volatile = CanonicalNameList(
        [
            "id", "pattern_id",
            "value_score", "confidence_score", "success_count", "failure_count", "usage_count", "endorsement_count",
            "success_rate",
            "last_updated", "last_used", "last_used_at", "last_validated", "first_seen", "created_at", "updated_at",
            "timestamp",
            "imported_from", "import_timestamp", "federation", "source_node", "export_timestamp", "vector",
        ].map(CanonicalName.init).sorted()
    )
}
