import Digest
import Federation
import JSON
import Postgres

/// One stored contribution, with what can be recomputed of it.
struct VerifiedRow: Sendable {
    /// Its place and version, with its payload.
    struct Statement: Sendable {
        var id: PatternID
        var candidate: Candidate
    }

    var candidate: Statement
    /// `nil` where it has no content.
    var value: Double?
    var vector: [UInt8]?
    var isErased: Bool
    var isWithheld: Bool
    var feedNumber: Int64
    /// The greatest value that any version had; `nil` where none had content.
    var peakValue: Double?
    /// Names of hubs, which may be none.
    var path: [String]

    init(_ row: Row) throws {
        value = try row.optionalDouble(6)
        candidate = Statement(
            id: try row.patternID(0),
            candidate: Candidate(
                origin: try row.node(1),
                version: try row.version(from: 2),
                value: value ?? 0,
                updatedAt: Timestamp(microseconds: try row.optionalTimestamp(7) ?? 0),
                payload: try row.optionalText(8)?.utf8
            )
        )
        vector = try row.optionalBytes(9)
        isErased = try row.bool(10)
        isWithheld = try row.bool(11)
        feedNumber = try row.int64(12)
        peakValue = try row.optionalDouble(13)
        path = try row.textArray(14)
    }
}

extension CollectionVerifier {
    /// Verifies `rows`, all there are of their patterns, and the winners they decide.
    mutating func verify(_ rows: [VerifiedRow], _ connection: Connection) throws {
        guard !rows.isEmpty else { return }
        var ids: [PatternID] = []
        var candidates: [PatternID: [Candidate]] = [:]
        for row in rows where ids.last != row.candidate.id { ids.append(row.candidate.id) }
        let transaction = SettlementTransaction(reading: policy.collection, connection)
        let resolutions = try transaction.standingResolutions(of: ids, FeedHeads.read(policy.collection, connection))
        for row in rows {
            verify(row, resolutions)
            let (id, candidate) = (row.candidate.id, row.candidate.candidate)
            guard let value = row.value, policy.admitsToWin(value), !row.isWithheld else { continue }
            candidates[id, default: []].append(candidate)
        }
        let standing = try transaction.standingWinners(of: ids, withContents: true)
        for id in ids {
            let all = candidates[id] ?? []
            let decision = Decision(
                of: id,
                among: all,
                resolution: resolutions.deciding(id, under: policy, SHA256()),
                under: policy,
                hasher: SHA256()
            )
            verify(Winner(id: id, decision: decision, contributors: Int32(all.count)), standing[id])
        }
    }

    private mutating func verify(_ row: VerifiedRow, _ resolutions: StandingResolutions) {
        let (id, candidate) = (row.candidate.id, row.candidate.candidate)
        verification.contributions += 1
        contributions.greatestNumber = max(contributions.greatestNumber, row.feedNumber)
        contributions.set.insert(
            ItemDigest.contribution(
                collection: policy.collection,
                id: id,
                origin: candidate.origin,
                version: candidate.version,
                hasher: SHA256()
            )
        )
        func differ(_ subject: Verification.Subject, _ stored: String, _ computed: String) {
            verification.add(.init(subject, id: id, origin: candidate.origin, stored: stored, computed: computed))
        }
        if let checksum = checksum(of: row), checksum != candidate.version.checksum {
            differ(.payload, "checksum \(candidate.version.checksum.hex)", "checksum \(checksum.hex)")
        }
        if let vector = row.vector {
            let digest = SHA256.digest(of: vector)
            if digest != candidate.version.vectorDigest {
                differ(.vector, "digest \(candidate.version.vectorDigest.hex)", "digest \(digest.hex)")
            }
        }
        verifyPassage(row)
        guard let payload = candidate.payload else { return }
        if let said = reading(of: payload, of: candidate) {
            if said.value != row.value {
                differ(.value, "value \(row.value.map { "\($0)" } ?? "none")", "value \(said.value)")
            }
            if said.updatedAt != candidate.updatedAt {
                differ(.value, "updated at \(candidate.updatedAt)", "updated at \(said.updatedAt)")
            }
        } else {
            differ(.value, "value \(row.value.map { "\($0)" } ?? "none")", "a payload without a value")
        }
        if !isPending {
            let isRetracted = isRetracted(payload, resolutions)
            if isRetracted != row.isWithheld {
                differ(
                    .withholding,
                    row.isWithheld ? "withheld" : "not withheld",
                    isRetracted ? "retracted" : "not retracted"
                )
            }
        }
    }

    /// The checksum that the statement has to have; `nil` where its text was erased, so that nobody can tell.
    private func checksum(of row: VerifiedRow) -> SHA256Digest? {
        if let payload = row.candidate.candidate.payload {
            return PatternChecksum.content(
                collection: policy.collection,
                id: row.candidate.id,
                payload: payload,
                hasher: SHA256()
            )
        }
        guard !row.isErased else { return nil }
        return PatternChecksum.retraction(collection: policy.collection, id: row.candidate.id, hasher: SHA256())
    }

    /// Value and time as the payload says them; a payload without a time of its own has the one that is stored.
    private func reading(of payload: [UInt8], of candidate: Candidate) -> (value: Double, updatedAt: Timestamp)? {
        guard let root = try? JSONDocument(parsing: payload).root,
            case .value(let value) = policy.valueRule.read(root)
        else { return nil }
        return (value, PayloadReader.updatedAt(root) ?? candidate.updatedAt)
    }

    private func isRetracted(_ payload: [UInt8], _ resolutions: StandingResolutions) -> Bool {
        guard !resolutions.contents.isEmpty else { return false }
        let digest = ContentDigest.of(canonicalPayload: payload, collection: policy.collection, hasher: SHA256())
        return resolutions.contents[digest] != nil
    }

    private mutating func verify(_ winner: Winner, _ standing: BatchSettlement.Standing?) {
        guard let standing else {
            guard winner.state != .retracted else { return }
            guard !isPending else { return verification.unsettled += 1 }
            verification.add(.init(.winner, id: winner.id, stored: "nothing", computed: winner.words))
            return
        }
        let isSame =
            standing.winner.state == winner.state && standing.winner.servesTheSame(as: winner)
            && standing.winner.candidate?.value == winner.candidate?.value
            && standing.winner.candidate?.updatedAt == winner.candidate?.updatedAt
            && standing.winner.composition?.payload == winner.composition?.payload
            && (winner.candidate == nil || standing.winner.contributors == winner.contributors)
        guard !isSame else { return }
        // Where decisions are under way, only what they have reached can be compared.
        guard !isPending, standing.policyRevision == policy.revision else {
            verification.unsettled += 1
            return
        }
        verification.add(
            .init(.winner, id: winner.id, stored: standing.winner.words, computed: winner.words)
        )
    }
}

extension Winner {
    fileprivate var words: String {
        guard let candidate else { return state.rawValue }
        let kind = composition == nil ? "" : " composed"
        return "\(state.rawValue):\(kind) \(candidate.origin)'s revision \(candidate.version.revision), value "
            + "\(candidate.value), of \(candidate.updatedAt), content \(candidate.version.checksum.hex.prefix(12)), "
            + "\(contributors) \(contributors == 1 ? "contributor" : "contributors")"
    }
}
