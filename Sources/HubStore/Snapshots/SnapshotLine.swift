import Digest
import Federation
import JSON

/// An item of a snapshot in the form in which a node would send it.
struct SnapshotLine {
    let isRelayed: Bool
    private let id: PatternID
    private var body: [UInt8] = []
    /// Why the item is not for this node to send, where that is known without reading it.
    private var refusal: Refusal?
    private var importedFrom: NodeName?

    /// Whether `node` would pass `item` on, rather than say it itself.
    static func isRelayed(_ item: SnapshotItem, by node: EnrolledNode) -> Bool {
        node.role == .hub && item.identity.isContribution
    }

    /// What `node` would send for `item` of a snapshot made at `takenAt`; `nil` where it has said just that already, of
    /// which `known` is the version.
    init?(_ item: SnapshotItem, of node: EnrolledNode, takenAt: Timestamp?, known: ContributionVersion?) {
        id = item.id
        isRelayed = SnapshotLine.isRelayed(item, by: node)
        refusal = SnapshotLine.refusal(of: item.identity, from: node)
        if isRelayed {
            appendRelayed(item)
            return
        }
        var revision = item.identity.ownRevision(of: node)
        if revision == nil, refusal == nil {
            if let known, known.checksum == item.identity.checksum, known.vectorDigest == item.identity.vectorDigest {
                return nil
            }
            revision = takenAt?.microseconds
            // The same snapshot with another content: somebody changed it since.
            if let known, known.revision == revision, known.incarnation == node.incarnation {
                revision = known.revision + 1
            }
        }
        // What was merged is made of what others said, and no new experience where their words are known.
        importedFrom = item.importedFrom ?? (item.identity.parents.isEmpty ? nil : item.identity.origin)
        appendOwn(item, revision)
    }

    private static func refusal(of identity: SnapshotIdentity, from node: EnrolledNode) -> Refusal? {
        if identity.vectorDigest != .none, !identity.hasVector {
            return Refusal(
                .vectorInvalid,
                "the item's vector was not exported; export it from a hub, or from a spoke that pulls with --vectors"
            )
        }
        guard node.role == .spoke, identity.isContribution, let origin = identity.origin, origin != node.name else {
            return nil
        }
        return Refusal(
            .originNotPermitted,
            "'\(origin)' said this, and node '\(node.name)' cannot speak for others; import it as a node of role hub"
        )
    }

    private mutating func appendOwn(_ item: SnapshotItem, _ revision: Int64?) {
        PushLine.append(
            id: id,
            revision: revision,
            checksum: item.identity.checksum,
            payload: item.payload,
            vector: item.vector.map {
                PatternVector(model: item.identity.vectorModel, bytes: $0, digest: item.identity.vectorDigest)
            },
            to: &body
        )
        body.removeLast()
    }

    private mutating func appendRelayed(_ item: SnapshotItem) {
        let identity = item.identity
        guard let origin = identity.origin, let number = identity.number else { return }
        let line = FeedLine(
            id: id,
            state: .live,
            provenance: FeedLine.Provenance(
                origin: origin,
                version: ContributionVersion(
                    incarnation: number.incarnation,
                    revision: number.revision,
                    checksum: identity.checksum,
                    vectorDigest: identity.vectorDigest
                ),
                // Admission adds who passed it on.
                path: [],
                receivedAt: nil
            ),
            value: nil,
            updatedAt: nil,
            payload: item.payload,
            vector: item.vector.map {
                FeedLine.VectorFacts(model: identity.vectorModel, dimension: $0.count / 4, bytes: $0)
            }
        )
        line.append(to: &body)
        body.removeLast()
    }

    /// The item as `node` sends it, read as every item is; throws a ``Refusal``.
    func admit(
        as node: EnrolledNode,
        under policy: CollectionPolicy,
        now: Timestamp,
        hasher: SHA256
    ) throws(Refusal) -> AdmittedItem {
        if let refusal { throw refusal }
        let admission =
            if isRelayed {
                Admission(of: policy, relayedBy: node.name, now: now, hasher: hasher)
            } else {
                Admission(
                    policy: policy,
                    origin: node.name,
                    incarnation: node.incarnation,
                    now: now,
                    hasher: hasher
                )
            }
        var id: PatternID?
        var item = try admission.admit(body, id: &id)
        item.importedFrom = importedFrom
        return item
    }

    /// The item as it is kept where it is refused, so that it can be tried again.
    func quarantined(_ refusal: Refusal, in collection: CollectionName) -> QuarantinedItem {
        QuarantinedItem(
            collection: collection,
            id: id,
            refusal: refusal,
            body: Array(body.prefix(Limits.quarantineBodyBytes)),
            bodyLength: Int64(body.count)
        )
    }
}

extension SnapshotIdentity {
    /// The revision under which `node` itself said it, in its present enrolment.
    fileprivate func ownRevision(of node: EnrolledNode) -> Int64? {
        guard isContribution, origin == node.name, let number, number.incarnation == node.incarnation else {
            return nil
        }
        return number.revision
    }
}
