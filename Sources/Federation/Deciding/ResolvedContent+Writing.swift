package import Digest
package import JSON

extension ResolvedContent {
    /// The content that an operator wrote for pattern `id`: read as a contribution's is; throws a ``Refusal``.
    package init(
        written payload: JSONNode,
        for id: PatternID,
        under policy: CollectionPolicy,
        now: Timestamp,
        hasher: SHA256
    ) throws(Refusal) {
        guard payload.kind == .object else { throw Refusal(.payloadInvalid, "the content is no JSON object") }
        let reading = try PayloadReader(policy: policy).read(payload)
        guard reading.canonical.count <= Limits.itemBytes else {
            throw Refusal(
                .itemTooLarge,
                "the content has \(reading.canonical.count) bytes, more than \(Limits.itemBytes)"
            )
        }
        self.init(
            source: nil,
            payload: reading.canonical,
            checksum: PatternChecksum.content(
                collection: policy.collection,
                id: id,
                payload: reading.canonical,
                hasher: hasher
            ),
            value: reading.value,
            updatedAt: reading.updatedAt ?? now
        )
    }

    /// The content of a contribution that an operator chose; `nil` where `candidate` carries none.
    package init?(choosing candidate: Candidate) {
        guard let payload = candidate.payload else { return nil }
        self.init(
            source: candidate.reference,
            payload: payload,
            checksum: candidate.version.checksum,
            value: candidate.value,
            updatedAt: candidate.updatedAt
        )
    }
}
