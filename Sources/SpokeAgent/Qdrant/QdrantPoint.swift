internal import Digest
internal import Federation
internal import JSON
internal import Qdrant

/// Tells points that were imported from those that are somebody's own.
struct QdrantPoint {
    /// What a point of the collection is.
    enum Standing {
        /// Nothing says that it was imported; `checksum` is that of what it says, where that can be read.
        case own(checksum: String?)
        /// It was imported, and was changed since.
        case edited(checksum: String?)
        /// It is as it was imported; `mark` says so, as canonical JSON.
        case imported(origin: String, checksum: String, mark: [UInt8])
    }

    private let collection: CollectionName
    private let hasher: SHA256

    init(policy: CollectionPolicy, hasher: SHA256) {
        self.init(collection: policy.collection, hasher: hasher)
    }

    init(collection: CollectionName, hasher: SHA256) {
        self.collection = collection
        self.hasher = hasher
    }

    /// What `point` is, as its payload says; under pattern id `id`, or the one that it names itself.
    func standing(of point: PointSlice, as id: PatternID? = nil) -> Standing {
        guard !point.isOversized, let text = point.payload, let payload = try? JSONDocument(parsing: text).root,
            payload.kind == .object
        else { return .own(checksum: nil) }
        let federation = payload["federation"]
        let named = federation?["id"]
        let patternID = id ?? named.flatMap { try? PatternID($0) } ?? PointKey.patternID(point.key)
        let checksum = patternID.flatMap { self.checksum(of: payload, $0) }
        guard let federation, let claimed = federation["checksum"]?.string, let origin = federation["origin"]?.string
        else {
            return .own(checksum: checksum)
        }
        guard claimed == checksum else { return .edited(checksum: checksum) }
        return .imported(origin: origin, checksum: claimed, mark: QdrantPoint.canonical(federation) ?? [])
    }

    private func checksum(of payload: JSONNode, _ id: PatternID) -> String? {
        guard let canonical = QdrantPoint.canonical(payload, omitting: Admission.transportKeys) else { return nil }
        return PatternChecksum.content(collection: collection, id: id, payload: canonical, hasher: hasher).hex
    }

    /// `node` in canonical form; `nil` where it has none.
    static func canonical(_ node: JSONNode, omitting: [StaticString] = []) -> [UInt8]? {
        var text: [UInt8] = []
        do throws(JSONError) {
            try CanonicalJSON.append(node, to: &text, omitting: omitting, maximumDepth: Limits.payloadDepth)
        } catch { return nil }
        return text
    }
}

/// Ids of points as JSON.
enum PointKey {
    /// The pattern that a point with this id is, where nothing else is said.
    static func patternID(_ key: String) -> PatternID? {
        try? PatternID(key.hasPrefix("\"") ? String(key.dropFirst().dropLast()) : key)
    }

    /// The id of the point that pattern `id` has.
    static func of(_ id: PatternID, in collection: CollectionName) -> String {
        QdrantID.json(id, in: collection).text
    }
}
