internal import Digest
internal import Federation
internal import JSON

/// Makes of a line what this node would say of a pattern, by the same rules as the hub.
struct SourceItemReader {
    private let policy: CollectionPolicy
    private let node: NodeName
    private let outgoing: OutgoingRules
    private let hasher: SHA256

    init(policy: CollectionPolicy, node: NodeName, outgoing: OutgoingRules, hasher: SHA256) {
        self.policy = policy
        self.node = node
        self.outgoing = outgoing
        self.hasher = hasher
    }

    /// Reads a record; throws a ``Refusal``.
    ///
    /// `id` is set as soon as it is known. `winners` tell what was pulled from what is this node's own.
    func read(
        _ record: RecordSlice,
        id: inout PatternID?,
        besides winners: some ForeignWinners
    ) throws -> SourceItem {
        guard !record.isOversized else {
            // Who cut it short and left the id alone knows which pattern it is.
            if record.bytes.count < SourceLimits.lineBytes { id = RefusedLineID.find(in: record.bytes) }
            throw Refusal(.itemTooLarge, "the line has \(record.length) bytes, more than \(SourceLimits.lineBytes)")
        }
        let root = try SourceItemReader.parse(record.bytes, &id).root
        guard root.kind == .object else { throw Refusal(.malformedJSON, "a line is a JSON object") }
        let itemID = try SourceItemReader.readID(root)
        id = itemID
        if root["retracted"]?.boolean == true { return SourceItem(id: itemID, standing: .retracted) }
        guard let payload = root["payload"], payload.kind == .object else {
            throw Refusal(.payloadInvalid, "the line has no payload that is a JSON object")
        }
        if policy.valueRule.read(payload) == .absent { return SourceItem(id: itemID, standing: .withoutValue) }
        let reading = try PayloadReader(policy: policy).read(payload)
        guard policy.admitsToWin(reading.value) else {
            return SourceItem(id: itemID, standing: .belowThreshold, value: reading.value)
        }
        if let exclusion = outgoing.sharing.exclusion(of: payload, value: reading.value, in: policy.collection) {
            return SourceItem(id: itemID, standing: .notShared, value: reading.value, reasons: [exclusion.rawValue])
        }
        let checksum = checksum(of: reading.canonical, itemID)
        if try isEcho(payload, itemID, reading.canonical, checksum, winners) {
            return SourceItem(id: itemID, standing: .pulled)
        }
        let vector = try readVector(root)
        var item = SourceItem(id: itemID, standing: .offerable, value: reading.value, checksum: checksum)
        switch outgoing.contentGuard.inspect(itemID, payload: reading.canonical, vectorModel: vector?.model) {
        case .asIs(let codes):
            item.payload = reading.canonical
            item.reasons = codes
            item.vector = vector
        case .redacted(let redacted, let codes):
            // What a text said can be read from its embedding, so that does not leave.
            item.payload = redacted
            item.checksum = self.checksum(of: redacted, itemID)
            item.reasons = codes
            if try isEcho(payload, itemID, redacted, item.checksum, winners) { item.standing = .pulled }
        case .blocked(let codes):
            item.standing = .held
            item.reasons = codes
        }
        return item
    }

    /// A text that may quote a record, as it can be shown and kept.
    func shown(_ text: String) -> String { outgoing.contentGuard.shown(text) }

    /// An id of a record, as it can be shown and kept.
    func shown(_ id: PatternID) -> String { outgoing.contentGuard.shown(id) }

    private func checksum(of canonical: [UInt8], _ id: PatternID) -> SHA256Digest {
        PatternChecksum.content(collection: policy.collection, id: id, payload: canonical, hasher: hasher)
    }

    private static func parse(
        _ bytes: UnsafeRawBufferPointer,
        _ id: inout PatternID?
    ) throws(Refusal) -> JSONDocument {
        do throws(JSONError) {
            return try JSONDocument(parsing: bytes)
        } catch {
            // Ids up to 2^64 - 1 may be written as numbers, which the parser's 63 bits cannot hold.
            if error.kind == .numberNotInteroperable, let quoted = TopLevelInteger.quotingUnsigned(in: bytes) {
                do throws(JSONError) { return try JSONDocument(parsing: quoted) } catch {
                    if error.kind != .syntax { id = RefusedLineID.find(in: bytes) }
                    throw Refusal(error)
                }
            }
            if error.kind != .syntax { id = RefusedLineID.find(in: bytes) }
            throw Refusal(error)
        }
    }

    private static func readID(_ root: JSONNode) throws(Refusal) -> PatternID {
        // What was stored under a mapped id goes back under its own.
        guard let node = root["payload"]?["federation"]?["id"] ?? root["id"] else {
            throw Refusal(.idInvalid, "the line has no id")
        }
        do throws(InvalidPatternID) { return try PatternID(node) } catch { throw Refusal(.idInvalid, error.detail) }
    }

    /// Whether the payload is another node's and was not changed here since it was pulled.
    ///
    /// Under its own id it has to say where it comes from: two nodes may well learn the same. Under another id it is a
    /// copy where its mark says so, and also without a mark once the other's was known here first.
    private func isEcho(
        _ payload: JSONNode,
        _ id: PatternID,
        _ canonical: [UInt8],
        _ checksum: SHA256Digest,
        _ winners: some ForeignWinners
    ) throws -> Bool {
        let federation = payload["federation"]
        let marked = federation?["content"]?.string.flatMap(SHA256Digest.init(hex:))
        // Without a mark, short contents say too little to be copies.
        let isTelling = canonical.count >= SourceLimits.copyBytes
        var content: SHA256Digest?
        if isTelling || marked != nil {
            let digest = ContentDigest.of(canonicalPayload: canonical, collection: policy.collection, hasher: hasher)
            if isTelling, try winners.holdsCopy(of: digest, besides: id) { return true }
            content = digest
        }
        // What was merged from several nodes is none's own, also where this node's part of it was the best.
        guard let origin = federation?["origin"]?.string ?? payload["imported_from"]?.string,
            origin != node.text || federation?["parents"]?.elements.isEmpty == false
        else { return false }
        if let content, marked == content { return true }
        if federation?["checksum"]?.string.flatMap(SHA256Digest.init(hex:)) == checksum { return true }
        return try winners.holds(id, checksum)
    }

    private func readVector(_ root: JSONNode) throws(Refusal) -> PatternVector? {
        guard let node = root["vector"], node.kind != .null else { return nil }
        do throws(VectorError) {
            return try PatternVector(node, model: root["vector_model"], hasher: hasher)
        } catch { throw Refusal(.vectorInvalid, error.detail) }
    }
}
