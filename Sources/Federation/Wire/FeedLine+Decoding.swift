package import Digest
package import JSON

/// A line of a feed that cannot be trusted: unreadable, or not what its checksum says.
package struct FeedLineError: Error, Sendable, CustomStringConvertible {
    package var description: String

    package init(_ description: String) {
        self.description = description
    }
}

extension FeedLine {
    /// Reads a line of the feed of `collection` and checks content and vector against their digests; throws a
    /// ``FeedLineError``.
    ///
    /// Without `readsContent` content and vector are left where they are, for one who checks them himself.
    package init(
        _ root: JSONNode,
        collection: CollectionName,
        hasher: SHA256,
        readsContent: Bool = true
    ) throws(FeedLineError) {
        guard let idNode = root["id"], let id = try? PatternID(idNode) else { throw FeedLineError("a line has no id") }
        guard let state = root["state"]?.string.flatMap(Winner.State.init(rawValue:)) else {
            throw FeedLineError("the line of \(id) has no known state")
        }
        let provenance = try Provenance(root, id: id)
        var payload: [UInt8]?
        if readsContent, let node = root["payload"] {
            payload = try FeedLine.checkedPayload(node, collection, id, provenance, hasher)
        }
        self.init(
            id: id,
            state: state,
            provenance: provenance,
            value: root["value"]?.number,
            updatedAt: root["updated_at"]?.string.flatMap { Timestamp($0) },
            payload: payload,
            vector: readsContent ? try VectorFacts(root, id: id, provenance: provenance, hasher: hasher) : nil
        )
        withheld = root["withheld"]?.string
        isErased = root["erased"]?.boolean ?? false
    }

    private static func checkedPayload(
        _ node: JSONNode,
        _ collection: CollectionName,
        _ id: PatternID,
        _ provenance: Provenance?,
        _ hasher: SHA256
    ) throws(FeedLineError) -> [UInt8] {
        var canonical: [UInt8] = []
        canonical.reserveCapacity(1024)
        do throws(JSONError) {
            try CanonicalJSON.append(node, to: &canonical, maximumDepth: Limits.payloadDepth)
        } catch { throw FeedLineError("the payload of \(id) cannot be read: \(error)") }
        let checksum = PatternChecksum.content(collection: collection, id: id, payload: canonical, hasher: hasher)
        guard checksum == provenance?.version.checksum else {
            throw FeedLineError("the content of \(id) does not match its checksum")
        }
        return canonical
    }
}

extension FeedLine.Provenance {
    /// Reads the provenance of a line; `nil` where the line has none; throws a ``FeedLineError``.
    init?(_ root: JSONNode, id: PatternID) throws(FeedLineError) {
        guard let originNode = root["origin"] else { return nil }
        guard let origin = originNode.string.flatMap(NodeName.init), let revision = root["revision"]?.integer,
            // The greatest number is nobody's: its origin could not say anything after it.
            (1..<Int64.max).contains(revision),
            let incarnation = root["incarnation"]?.integer.flatMap({ Int32(exactly: $0) }),
            let checksum = root["checksum"]?.digest
        else { throw FeedLineError("the line of \(id) has no complete provenance") }
        var parents: [FeedLine.Parent] = []
        if let node = root["parents"] {
            do throws(FeedLineError) {
                parents = try FeedLine.Parent.list(node)
            } catch { throw FeedLineError("the line of \(id) cannot be read: \(error)") }
        }
        let vectorDigest = root["vector_digest"]?.digest ?? .none
        self.init(
            origin: origin,
            version: ContributionVersion(
                incarnation: incarnation,
                revision: revision,
                checksum: checksum,
                vectorDigest: vectorDigest
            ),
            path: root["path"]?.elements.compactMap { $0.string.flatMap(NodeName.init) } ?? [],
            parents: parents,
            receivedAt: root["received_at"]?.string.flatMap { Timestamp($0) }
        )
    }
}

extension FeedLine.VectorFacts {
    /// Reads what a line says of a vector; `nil` where it says nothing; throws a ``FeedLineError``.
    init?(
        _ root: JSONNode,
        id: PatternID,
        provenance: FeedLine.Provenance?,
        hasher: SHA256
    ) throws(FeedLineError) {
        guard let dimension = root["vector_dimension"]?.integer else { return nil }
        guard (1...Int64(Limits.vectorDimension)).contains(dimension) else {
            throw FeedLineError("the vector of \(id) has an impossible dimension")
        }
        var bytes: [UInt8]?
        if let node = root["vector"] {
            guard let decoded = node.withUTF8(Base64.decode) ?? nil, decoded.count == Int(dimension) * 4 else {
                throw FeedLineError("the vector of \(id) cannot be read")
            }
            hasher.update(decoded)
            guard hasher.finish() == provenance?.version.vectorDigest else {
                throw FeedLineError("the vector of \(id) does not match its digest")
            }
            bytes = decoded
        }
        self.init(model: root["vector_model"]?.string, dimension: Int(dimension), bytes: bytes)
    }
}
