package import Digest
package import JSON

/// An item that was found acceptable, as a contribution.
package struct AdmittedItem: Sendable, Equatable {
    package var contribution: Contribution
    /// Whether the origin numbered the statement itself; otherwise the hub numbers it on its behalf.
    package var isNumbered: Bool
    /// The contribution's item digests under its present number, where they were computed already: outside the feed lock
    /// they cost nobody else anything.
    package var digests: ItemDigest.Pair?
    /// When it was said, where it has no number of its own and is taken as said then.
    package var saidAt: Timestamp?
    /// Whether a hub passed on what another node said.
    package var isRelayed = false
    /// Whether the payload says that it was imported from another node, so that sending it back is no new evidence.
    package var importedFrom: NodeName?

    package init(contribution: Contribution, isNumbered: Bool, importedFrom: NodeName?) {
        self.contribution = contribution
        self.isNumbered = isNumbered
        self.importedFrom = importedFrom
    }
}

/// Decides whether one item as sent can become a contribution, and makes it one.
///
/// The bytes are parsed once; what is checked, hashed and stored is the same reading of them.
package struct Admission {
    /// Members of a payload that describe its transport; they are stripped before anything else.
    package static let transportKeys: [StaticString] = ["imported_from", "import_timestamp", "federation"]

    /// Who sends the items.
    enum Sender {
        /// A node that speaks for itself.
        case origin(NodeName, incarnation: Int32)
        /// A hub that passes on what others said; see ``init(of:relayedBy:speakingAs:now:hasher:numberedAt:)``.
        /// Its name is also the last part of their paths.
        case relay(NodeName, asPath: [NodeName], incarnation: Int32?)
    }

    let policy: CollectionPolicy
    private let sender: Sender
    private let now: Timestamp
    let hasher: SHA256
    private let readsExports: Bool
    private let numberedAt: Timestamp?
    /// The members an item may have besides those of the predecessor's exports, which are let through unread.
    private static let knownMembers: [StaticString] = [
        "id", "payload", "revision", "retracted", "checksum", "vector", "vector_model", "origin",
        "source_node", "export_timestamp",
    ]

    /// Admission of what `origin` says about patterns of one collection, at the time `now`.
    ///
    /// With `readsExports` items may be ones that a hub exported for the predecessor and that come back: their ids were
    /// mapped, and what they imported is no statement of their own. With `numberedAt` an item without a number of its own
    /// is taken as said at that time, so that it cannot take the place of what was said since.
    package init(
        policy: CollectionPolicy,
        origin: NodeName,
        incarnation: Int32,
        now: Timestamp,
        hasher: SHA256,
        readsExports: Bool = false,
        numberedAt: Timestamp? = nil
    ) {
        self.readsExports = readsExports
        self.numberedAt = numberedAt
        self.policy = policy
        sender = .origin(origin, incarnation: incarnation)
        self.now = now
        self.hasher = hasher
    }

    /// Admission of what `relay`, a hub, passes on: lines of a contributions feed, with payloads and vectors.
    ///
    /// Nothing in them is changed but the path, to which `relay` is added. Origin, incarnation, revision and checksum
    /// have to be there; a line that has neither a payload nor the checksum of a retraction is a statement whose text
    /// was erased. With `incarnation` the hub may also speak for itself: by lines that name no origin.
    package init(
        of policy: CollectionPolicy,
        relayedBy relay: NodeName,
        speakingAs incarnation: Int32? = nil,
        now: Timestamp,
        hasher: SHA256,
        numberedAt: Timestamp? = nil
    ) {
        self.policy = policy
        sender = .relay(relay, asPath: [relay], incarnation: incarnation)
        self.now = now
        self.hasher = hasher
        readsExports = false
        self.numberedAt = numberedAt
    }

    /// The contribution that `record` makes; throws a ``Refusal``.
    ///
    /// `id` is set as soon as it is known, so that a refused item can be named.
    package func admit(_ record: RecordSlice, id: inout PatternID?) throws(Refusal) -> AdmittedItem {
        guard !record.isOversized else {
            throw Refusal(.itemTooLarge, "the item has \(record.length) bytes, more than \(Limits.itemBytes)")
        }
        let root = try parse(record.bytes).root
        guard root.kind == .object else { throw Refusal(.malformedJSON, "an item is a JSON object") }
        let itemID = try readID(root)
        id = itemID
        let speaker = try readSpeaker(root)
        let ownRevision = try readRevision(root)
        let revision = ownRevision ?? numberedAt?.microseconds
        let contribution =
            switch speaker.isRelayed ? try relayedKind(of: root, id: itemID) : try ownKind(of: root) {
            case .content: try content(of: root, id: itemID, speaker, revision: revision)
            case .retraction: retraction(of: itemID, speaker, revision: revision)
            case .erased(let checksum, let vector):
                Contribution(
                    id: itemID,
                    origin: speaker.origin,
                    version: version(speaker, revision, checksum, vector),
                    statement: .erased,
                    path: speaker.path
                )
            }
        try checkChecksum(root, contribution.version.checksum)
        if speaker.isRelayed { try checkVector(root, contribution.version.vectorDigest) }
        let imported = readsExports ? root["payload"]?["imported_from"]?.string.flatMap(NodeName.init) : nil
        var item = AdmittedItem(contribution: contribution, isNumbered: revision != nil, importedFrom: imported)
        item.isRelayed = speaker.isRelayed
        if ownRevision == nil { item.saidAt = numberedAt }
        item.digests = ItemDigest.Pair(
            collection: policy.collection,
            id: itemID,
            origin: speaker.origin,
            version: contribution.version,
            hasher: hasher
        )
        return item
    }

    /// The contribution that `item` makes, which is the whole item; throws a ``Refusal``.
    package func admit(_ item: [UInt8], id: inout PatternID?) throws(Refusal) -> AdmittedItem {
        var known: PatternID?
        defer { id = known }
        let result: Result<AdmittedItem, Refusal> = item.withUnsafeBytes { bytes in
            do throws(Refusal) {
                return .success(try admit(RecordSlice(bytes: bytes, length: bytes.count), id: &known))
            } catch { return .failure(error) }
        }
        return try result.get()
    }

    private func parse(_ bytes: UnsafeRawBufferPointer) throws(Refusal) -> JSONDocument {
        do throws(JSONError) { return try TopLevelInteger.document(bytes) } catch { throw Refusal(error) }
    }

    private func readID(_ root: JSONNode) throws(Refusal) -> PatternID {
        // What this hub exported under a mapped id comes back under its own.
        let original = readsExports ? root["payload"]?["federation"]?["id"] : nil
        guard let node = original ?? root["id"] else { throw Refusal(.idInvalid, "the item has no id") }
        do throws(InvalidPatternID) { return try PatternID(node) } catch { throw Refusal(.idInvalid, error.detail) }
    }

    /// Whose statement the item is.
    private func readSpeaker(_ root: JSONNode) throws(Refusal) -> Speaker {
        switch sender {
        case .origin(let origin, let incarnation): return try readOwn(root, origin, incarnation)
        case .relay(let relay, let asPath, let incarnation):
            if let incarnation, Speaker.isOwn(root, of: relay) { return try readOwn(root, relay, incarnation) }
            try checkMembers(root, Admission.relayedMembers)
            return try Speaker(relayed: root, by: asPath)
        }
    }

    private func readOwn(_ root: JSONNode, _ origin: NodeName, _ incarnation: Int32) throws(Refusal) -> Speaker {
        if let claimed = root["origin"], claimed.string != origin.text {
            throw Refusal(.originNotPermitted, "this node is \(origin) and cannot speak for another")
        }
        try checkMembers(root, Admission.knownMembers)
        return Speaker(origin: origin, incarnation: incarnation)
    }

    private func checkMembers(_ root: JSONNode, _ known: [StaticString]) throws(Refusal) {
        guard let unknown = root.memberName(notAmong: known) else { return }
        throw Refusal(.memberUnknown, "the item has a member '\(unknown.prefix(64))' that is not known here")
    }

    private func ownKind(of root: JSONNode) throws(Refusal) -> StatementKind {
        try readRetracted(root) ? .retraction : .content
    }

    private func readRevision(_ root: JSONNode) throws(Refusal) -> Int64? {
        guard let node = root["revision"], node.kind != .null else { return nil }
        guard let revision = node.integer, revision > 0 else {
            throw Refusal(.revisionInvalid, "the revision is not an integer from 1 to 2^63 - 1")
        }
        guard revision <= latest.microseconds else {
            throw Refusal(.clockAhead, "revision \(revision) lies more than a day ahead of the hub's clock, \(now)")
        }
        return revision
    }

    private func readRetracted(_ root: JSONNode) throws(Refusal) -> Bool {
        guard let node = root["retracted"], node.kind != .null else { return false }
        guard let isRetraction = node.boolean else {
            throw Refusal(.payloadInvalid, "'retracted' is neither true nor false")
        }
        guard !isRetraction || root["payload"] == nil || root["payload"]?.kind == .null else {
            throw Refusal(.payloadInvalid, "the item is retracted and has a payload; send one or the other")
        }
        return isRetraction
    }

    private var latest: Timestamp { now.adding(seconds: Limits.clockAheadSeconds) }

    private func retraction(of id: PatternID, _ speaker: Speaker, revision: Int64?) -> Contribution {
        let checksum = PatternChecksum.retraction(collection: policy.collection, id: id, hasher: hasher)
        return Contribution(
            id: id,
            origin: speaker.origin,
            version: version(speaker, revision, checksum, .none),
            statement: .retraction,
            path: speaker.path
        )
    }

    private func version(
        _ speaker: Speaker,
        _ revision: Int64?,
        _ checksum: SHA256Digest,
        _ vectorDigest: SHA256Digest
    ) -> ContributionVersion {
        ContributionVersion(
            incarnation: speaker.incarnation,
            revision: revision ?? now.microseconds,
            checksum: checksum,
            vectorDigest: vectorDigest
        )
    }

    private func content(
        of root: JSONNode,
        id: PatternID,
        _ speaker: Speaker,
        revision: Int64?
    ) throws(Refusal) -> Contribution {
        guard let payload = root["payload"], payload.kind == .object else {
            throw Refusal(.payloadInvalid, "the item has no payload that is a JSON object")
        }
        let reading = try PayloadReader(policy: policy).read(payload)
        let updatedAt = reading.updatedAt ?? Timestamp(microseconds: revision ?? now.microseconds)
        guard updatedAt <= latest else {
            throw Refusal(.clockAhead, "the item's time \(updatedAt) is more than a day ahead of the hub's, \(now)")
        }
        var vector: PatternVector?
        if let node = root["vector"], node.kind != .null {
            do throws(VectorError) {
                vector = try PatternVector(node, model: root["vector_model"], hasher: hasher)
            } catch { throw Refusal(.vectorInvalid, error.detail) }
        }
        let checksum = PatternChecksum.content(
            collection: policy.collection,
            id: id,
            payload: reading.canonical,
            hasher: hasher
        )
        let content = Contribution.Content(
            payload: reading.canonical,
            value: reading.value,
            updatedAt: updatedAt,
            vector: vector
        )
        return Contribution(
            id: id,
            origin: speaker.origin,
            version: version(speaker, revision, checksum, vector?.digest ?? .none),
            statement: .content(content),
            path: speaker.path
        )
    }

    private func checkChecksum(_ root: JSONNode, _ checksum: SHA256Digest) throws(Refusal) {
        guard let claimed = root["checksum"], claimed.kind != .null else { return }
        guard claimed.digest == checksum else {
            throw Refusal(.checksumMismatch, "the content's checksum is \(checksum.hex), not the one sent with it")
        }
    }
}

extension Refusal {
    /// The refusal of an item that is not acceptable JSON.
    package init(_ error: JSONError) {
        let code: RefusalCode =
            switch error.kind {
            case .syntax, .duplicateName, .invalidUTF8, .tooManyValues: .malformedJSON
            case .nulCharacter: .nulNotAllowed
            case .numberNotInteroperable: .numberNotInteroperable
            case .tooDeep: .tooDeep
            }
        self.init(code, error.description)
    }
}
