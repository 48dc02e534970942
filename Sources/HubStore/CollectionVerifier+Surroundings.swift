import Digest
import Federation
import Postgres

/// One stored version that another one took the place of.
struct EarlierVersion: Sendable {
    var id: PatternID
    var origin: NodeName
    var checksum: SHA256Digest
    var vectorDigest: SHA256Digest?
    var payload: [UInt8]?
    var vector: [UInt8]?
    var isErased: Bool

    init(_ row: Row) throws {
        id = try row.patternID(0)
        origin = try row.node(1)
        checksum = try row.digest(2)
        vectorDigest = try row.isNull(3) ? nil : row.digest(3)
        payload = try row.optionalText(4)?.utf8
        vector = try row.optionalBytes(5)
        isErased = try row.bool(6)
    }
}

/// What is stored around contributions: their places in feeds, the way they came, what they were before.
extension CollectionVerifier {
    /// Finds changes that share a number; there may be any gap between numbers, because what changes moves to the end.
    mutating func findSharedNumbers(_ connection: Connection) throws {
        let result = try connection.execute(
            """
            SELECT feed, feed_number, count(*) FROM (
                SELECT 'contributions' AS feed, feed_number FROM contributions WHERE collection = \(policy.collection.text)
                UNION ALL
                SELECT 'winners', feed_number FROM winners WHERE collection = \(policy.collection.text)
                UNION ALL
                SELECT 'resolutions', feed_number FROM resolutions WHERE collection = \(policy.collection.text)
            ) AS numbered
            GROUP BY feed, feed_number HAVING count(*) > 1 OR feed_number < 1
            ORDER BY feed, feed_number
            """
        )
        for row in result.rows {
            let (feed, number, count) = (try row.string(0), try row.int64(1), try row.int64(2))
            verification.add(
                .init(
                    .numbers,
                    stored: "\(count == 1 ? "a change" : "\(count) changes") of \(feed) with the number \(number)",
                    computed: number < 1 ? "numbers begin with 1" : "each change has a number of its own"
                )
            )
        }
    }

    /// Verifies the greatest value and the path of `row`.
    mutating func verifyPassage(_ row: VerifiedRow) {
        let (id, origin) = (row.candidate.id, row.candidate.candidate.origin)
        if let value = row.value, row.peakValue.map({ $0 < value }) ?? true {
            verification.add(
                .init(
                    .peak,
                    id: id,
                    origin: origin,
                    stored: "greatest value \(row.peakValue.map { "\($0)" } ?? "none")",
                    computed: "at least \(value)"
                )
            )
        }
        let strange = row.path.filter { NodeName($0) == nil }
        if !strange.isEmpty {
            verification.add(
                .init(
                    .path,
                    id: id,
                    origin: origin,
                    stored: "it came by way of '\(strange[0])'",
                    computed: "no hub can be called so"
                )
            )
        }
        if row.path.count > Limits.pathLength {
            verification.add(
                .init(
                    .path,
                    id: id,
                    origin: origin,
                    stored: "it passed through \(row.path.count) hubs",
                    computed: "at most \(Limits.pathLength)"
                )
            )
        }
    }

    /// Verifies what is kept of an `earlier` version.
    mutating func verifyEarlier(_ earlier: EarlierVersion) {
        verification.earlierVersions += 1
        if let checksum = checksum(of: earlier), checksum != earlier.checksum {
            verification.add(
                .init(
                    .history,
                    id: earlier.id,
                    origin: earlier.origin,
                    stored: "checksum \(earlier.checksum.hex)",
                    computed: "checksum \(checksum.hex)"
                )
            )
        }
        guard let vector = earlier.vector else { return }
        let digest = SHA256.digest(of: vector)
        guard digest != earlier.vectorDigest else { return }
        verification.add(
            .init(
                .history,
                id: earlier.id,
                origin: earlier.origin,
                stored: "digest \(earlier.vectorDigest?.hex ?? "none") of its vector",
                computed: "digest \(digest.hex)"
            )
        )
    }

    /// The checksum that the version has to have; `nil` where its text was erased, so that nobody can tell.
    private func checksum(of earlier: EarlierVersion) -> SHA256Digest? {
        let collection = policy.collection
        if let payload = earlier.payload {
            return PatternChecksum.content(collection: collection, id: earlier.id, payload: payload, hasher: SHA256())
        }
        guard !earlier.isErased else { return nil }
        return PatternChecksum.retraction(collection: collection, id: earlier.id, hasher: SHA256())
    }
}
