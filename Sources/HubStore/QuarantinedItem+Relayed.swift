package import Federation

extension QuarantinedItem {
    /// What a hub passed on and was refused in view of what is stored, as the line that it passes on: whoever tries it
    /// again has to know whose statement it is.
    package init(relayed contribution: Contribution, into collection: CollectionName, refusal: Refusal) {
        let content = contribution.content
        let line = FeedLine(
            id: contribution.id,
            state: contribution.statement == .retraction ? .retracted : .live,
            provenance: FeedLine.Provenance(
                origin: contribution.origin,
                version: contribution.version,
                // Admission adds who passed it on.
                path: contribution.path.dropLast(),
                receivedAt: nil
            ),
            value: content?.value,
            updatedAt: content?.updatedAt,
            payload: content?.payload,
            vector: content?.vector.map {
                FeedLine.VectorFacts(model: $0.model, dimension: $0.bytes.count / 4, bytes: $0.bytes)
            }
        )
        var body: [UInt8] = []
        line.append(to: &body)
        body.removeLast()
        self.init(
            collection: collection,
            id: contribution.id,
            refusal: refusal,
            body: Array(body.prefix(Limits.quarantineBodyBytes)),
            bodyLength: Int64(body.count)
        )
    }
}
