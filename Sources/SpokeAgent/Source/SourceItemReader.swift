internal import Digest
internal import Federation
internal import JSON

/// Makes of a line what this node would say of a pattern, by the same rules as the hub.
struct SourceItemReader {
    private let policy: CollectionPolicy
    private let node: NodeName
    private let hasher: SHA256

    init(policy: CollectionPolicy, node: NodeName, hasher: SHA256) {
        self.policy = policy
        self.node = node
        self.hasher = hasher
    }

    /// Reads a line; throws a ``Refusal``.
    ///
    /// `id` is set as soon as it is known. `isForeignWinner` says whether another node's winner of this content is held.
    func read(
        _ record: RecordSlice,
        id: inout PatternID?,
        isForeignWinner: (PatternID, SHA256Digest) throws -> Bool
    ) throws -> SourceItem {
        guard !record.isOversized else {
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
        let checksum = PatternChecksum.content(
            collection: policy.collection,
            id: itemID,
            payload: reading.canonical,
            hasher: hasher
        )
        if try isEcho(payload, itemID, checksum, isForeignWinner) { return SourceItem(id: itemID, standing: .pulled) }
        return SourceItem(
            id: itemID,
            standing: .offerable,
            payload: reading.canonical,
            checksum: checksum,
            vector: try readVector(root)
        )
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
    private func isEcho(
        _ payload: JSONNode,
        _ id: PatternID,
        _ checksum: SHA256Digest,
        _ isForeignWinner: (PatternID, SHA256Digest) throws -> Bool
    ) throws -> Bool {
        let federation = payload["federation"]
        // What was merged from several nodes is none's own, also where this node's part of it was the best.
        guard let origin = federation?["origin"]?.string ?? payload["imported_from"]?.string,
            origin != node.text || federation?["parents"]?.elements.isEmpty == false
        else { return false }
        if federation?["checksum"]?.string.flatMap(SHA256Digest.init(hex:)) == checksum { return true }
        return try isForeignWinner(id, checksum)
    }

    private func readVector(_ root: JSONNode) throws(Refusal) -> PatternVector? {
        guard let node = root["vector"], node.kind != .null else { return nil }
        do throws(VectorError) {
            return try PatternVector(node, model: root["vector_model"], hasher: hasher)
        } catch { throw Refusal(.vectorInvalid, error.detail) }
    }
}
