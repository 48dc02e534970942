package import Digest
package import JSON

/// Reads items of a snapshot, strictly, whoever wrote them.
package struct SnapshotItemReader {
    /// An item, and what of it does not agree with the rest.
    package struct Reading: Sendable, Equatable {
        package var item: SnapshotItem
        /// Why the item is not as it was written; `nil` where it is what its own digest says.
        package var flaw: String?
        /// When it says that it was exported.
        package var exportedAt: String?
    }

    private let collection: CollectionName
    private let hasher: SHA256

    package init(collection: CollectionName, hasher: SHA256) {
        self.collection = collection
        self.hasher = hasher
    }

    /// Reads one item; throws a ``Refusal``.
    ///
    /// `id` is set as soon as it is known. What an item says of itself and does not hold is left out of it: its content may have been changed on purpose by
    /// whoever kept it, and is then nobody's word but theirs.
    package func read(_ record: RecordSlice, id: inout PatternID?) throws(Refusal) -> Reading {
        guard !record.isOversized else {
            throw Refusal(.itemTooLarge, "the item has \(record.length) bytes, more than \(Limits.snapshotItemBytes)")
        }
        let document: JSONDocument
        do throws(JSONError) {
            document = try TopLevelInteger.document(record.bytes)
        } catch { throw Refusal(error) }
        let root = document.root
        guard root.kind == .object else { throw Refusal(.malformedJSON, "an item is a JSON object") }
        let payload = root["payload"]
        let federation = payload?["federation"]
        // What was exported under a mapped id comes back under its own.
        guard let node = federation?["id"] ?? root["id"] else { throw Refusal(.idInvalid, "the item has no id") }
        let itemID: PatternID
        do throws(InvalidPatternID) { itemID = try PatternID(node) } catch { throw Refusal(.idInvalid, error.detail) }
        id = itemID
        guard let payload, payload.kind == .object else {
            throw Refusal(.payloadInvalid, "the item has no payload that is a JSON object")
        }
        let canonical = try content(of: payload)
        let vector = try vector(of: root)
        var identity = SnapshotIdentity(
            id: itemID,
            origin: root["source_node"]?.string.flatMap(NodeName.init),
            number: nil,
            checksum: PatternChecksum.content(collection: collection, id: itemID, payload: canonical, hasher: hasher),
            vectorDigest: vector?.digest ?? .none,
            hasVector: vector != nil,
            vectorModel: vector?.model
        )
        var flaw = identity.adopt(federation, in: collection, hasher: hasher)
        if flaw == nil, root["source_node"]?.string != identity.origin?.text ?? SnapshotItem.unknownOrigin {
            flaw = "it names another source than its origin"
        }
        if flaw == nil, let outer = root["id"], !SnapshotItemReader.isID(outer, of: itemID, in: collection) {
            flaw = "it stands under another id than its own"
        }
        let item = SnapshotItem(
            identity: identity,
            payload: canonical,
            vector: vector?.bytes,
            importedFrom: payload["imported_from"]?.string.flatMap(NodeName.init)
        )
        return Reading(item: item, flaw: flaw, exportedAt: root["export_timestamp"]?.string)
    }

    /// Whether `node` is what a vector database calls the pattern `id`.
    private static func isID(_ node: JSONNode, of id: PatternID, in collection: CollectionName) -> Bool {
        guard let stated = try? PatternID(node) else { return false }
        guard case .text = id.kind else { return stated == id }
        return QdrantID.json(id, in: collection) == .string(stated.description)
    }

    private func content(of payload: JSONNode) throws(Refusal) -> [UInt8] {
        var canonical: [UInt8] = []
        canonical.reserveCapacity(1024)
        do throws(JSONError) {
            try CanonicalJSON.append(
                payload,
                to: &canonical,
                omitting: Admission.transportKeys,
                maximumDepth: Limits.payloadDepth
            )
        } catch { throw Refusal(error) }
        return canonical
    }

    private func vector(of root: JSONNode) throws(Refusal) -> PatternVector? {
        guard let node = root["vector"], node.kind != .null else { return nil }
        do throws(VectorError) {
            return try PatternVector(node, model: root["vector_model"], hasher: hasher)
        } catch { throw Refusal(.vectorInvalid, error.detail) }
    }
}

extension SnapshotIdentity {
    /// Takes over what an item says of itself, where it holds; returns why not, otherwise.
    fileprivate mutating func adopt(_ federation: JSONNode?, in collection: CollectionName, hasher: SHA256) -> String? {
        guard let federation, federation.kind == .object, let checksum = federation["checksum"] else {
            return "it has no checksum of its own"
        }
        guard checksum.string.flatMap(SHA256Digest.init(hex:)) == self.checksum else {
            return "its content does not match its checksum"
        }
        var claimed = self
        claimed.origin = nil
        if let origin = federation["origin"] {
            guard let name = origin.string.flatMap(NodeName.init) else { return "its origin is no node's name" }
            claimed.origin = name
        }
        if let vector = federation["vector_digest"] {
            guard let digest = vector.string.flatMap(SHA256Digest.init(hex:)), digest != .none else {
                return "the digest of its vector cannot be read"
            }
            guard !hasVector || digest == vectorDigest else { return "its vector does not match its digest" }
            claimed.vectorDigest = digest
        } else if hasVector {
            return "it has a vector and no digest of it"
        }
        if !hasVector { claimed.vectorModel = federation["vector_model"]?.string }
        do throws(FeedLineError) {
            claimed.parents = try federation["parents"].map(ContributionReference.list) ?? []
        } catch { return "what it was merged from cannot be read: \(error)" }
        if federation["incarnation"] != nil || federation["revision"] != nil {
            guard let number = Number(federation) else { return "its number cannot be read" }
            claimed.number = number
        }
        // Sinks give no digest: what they wrote and somebody exported is as good as its checksum.
        guard let digest = federation["digest"] else {
            self = claimed
            return "it has no digest of its own"
        }
        guard digest.string.flatMap(SHA256Digest.init(hex:)) == claimed.digest(in: collection, hasher: hasher) else {
            return "it does not match its digest"
        }
        self = claimed
        return nil
    }
}

extension SnapshotIdentity.Number {
    fileprivate init?(_ federation: JSONNode) {
        guard let revision = federation["revision"]?.integer, (1..<Int64.max).contains(revision),
            let incarnation = federation["incarnation"]?.integer.flatMap({ Int32(exactly: $0) }), incarnation >= 1
        else { return nil }
        self.init(incarnation: incarnation, revision: revision)
    }
}
