internal import Digest
internal import JSON

/// What one hub passes on to another: lines of the contributions feed, in either direction.
extension Admission {
    /// Whose statement an item is, and how it came here.
    struct Speaker {
        var origin: NodeName
        var incarnation: Int32
        var path: [NodeName] = []
        /// Whether a hub passed it on.
        var isRelayed = false
    }

    /// What an item says.
    enum StatementKind {
        case content
        case retraction
        /// A content whose text was erased, with the digests of content and vector.
        case erased(checksum: SHA256Digest, vector: SHA256Digest)
    }

    /// The members a relayed item may have: those of a line of the contributions feed.
    static let relayedMembers: [StaticString] = [
        "id", "state", "origin", "incarnation", "revision", "checksum", "path", "payload", "vector_digest",
        "received_at", "value", "updated_at", "vector_model", "vector_dimension", "vector",
    ]

    private static let incomplete = Refusal(
        .relayIncomplete,
        "a relayed item has the revision and the checksum that its origin gave it"
    )

    /// What the relayed item `root` says; throws a ``Refusal``.
    func relayedKind(of root: JSONNode, id: PatternID) throws(Refusal) -> StatementKind {
        guard let claimed = root["checksum"], claimed.kind == .string, root["revision"] != nil else {
            throw Admission.incomplete
        }
        // The checksum of a content is read where it is compared with what came.
        if let payload = root["payload"], payload.kind != .null { return .content }
        guard let checksum = claimed.digest else { throw Admission.incomplete }
        guard checksum != PatternChecksum.retraction(collection: policy.collection, id: id, hasher: hasher) else {
            return .retraction
        }
        return .erased(
            checksum: checksum,
            vector: root["vector_digest"]?.digest ?? .none
        )
    }

    /// Throws a ``Refusal`` where the relayed item `root` names another vector than the one it came with, whose digest
    /// is `digest`: without its vector it would be another statement.
    func checkVector(_ root: JSONNode, _ digest: SHA256Digest) throws(Refusal) {
        guard let claimed = root["vector_digest"], claimed.kind != .null else { return }
        guard claimed.digest == digest else {
            throw Refusal(
                .vectorInvalid,
                "the item names a vector that did not come with it; a relayed item has all that its origin sent"
            )
        }
    }
}

extension Admission.Speaker {
    /// Reads whose statement `root` is and adds the one hub of `relay`, which passed it on, to its path; throws a
    /// ``Refusal``.
    init(relayed root: JSONNode, by relay: [NodeName]) throws(Refusal) {
        guard let origin = root["origin"]?.string.flatMap(NodeName.init),
            let incarnation = root["incarnation"]?.integer.flatMap({ Int32(exactly: $0) }),
            (1...Limits.relayedIncarnation).contains(incarnation)
        else {
            throw Refusal(
                .relayIncomplete,
                "a relayed item has an origin and the origin's incarnation, from 1 to \(Limits.relayedIncarnation)"
            )
        }
        // Most come from the hub that their origin spoke to: all of those share one path.
        var path = relay
        for (index, element) in (root["path"]?.elements ?? []).enumerated() {
            guard let name = element.string.flatMap(NodeName.init) else {
                throw Refusal(.relayIncomplete, "the item's path has an element that is no node name")
            }
            path.insert(name, at: index)
        }
        guard path.count <= Limits.pathLength else {
            throw Refusal(
                .pathTooLong,
                "the item has passed through \(path.count - 1) hubs, and \(Limits.pathLength) are the most: hubs pass it on "
                    + "in a circle, or the hierarchy is too deep"
            )
        }
        self.init(origin: origin, incarnation: incarnation, path: path, isRelayed: true)
    }

    /// Whether `root` is a statement of `hub` itself, as any node sends them: without an origin, or its own name alone.
    static func isOwn(_ root: JSONNode, of hub: NodeName) -> Bool {
        guard let origin = root["origin"] else { return true }
        return origin.string == hub.text && root["incarnation"] == nil
    }
}
