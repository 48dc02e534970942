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
        /// It was imported, and what it says was changed since.
        case edited(checksum: String?)
        /// It says what it said when it was imported, scores, counts and times aside; `mark` says so, as canonical JSON.
        case imported(origin: String, mark: [UInt8])
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
        let canonical = QdrantPoint.canonical(payload, omitting: Admission.transportKeys)
        var checksum: String?
        if let canonical, let patternID {
            checksum =
                PatternChecksum.content(
                    collection: collection,
                    id: patternID,
                    payload: canonical,
                    hasher: hasher
                ).hex
        }
        guard let federation, let claimed = federation["checksum"]?.string, let origin = federation["origin"]?.string
        else {
            return .own(checksum: checksum)
        }
        guard claimed == checksum || isSame(canonical, federation["content"]?.string) else {
            return .edited(checksum: checksum)
        }
        return .imported(origin: origin, mark: QdrantPoint.canonical(federation) ?? [])
    }

    /// Whether a payload says what `content` is the digest of: what agents count in it is none of that.
    private func isSame(_ canonical: [UInt8]?, _ content: String?) -> Bool {
        guard let canonical, let content, canonical.count >= SourceLimits.copyBytes else { return false }
        return ContentDigest.of(canonicalPayload: canonical, collection: collection, hasher: hasher).hex == content
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
