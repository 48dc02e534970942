package import Federation
package import JSON

extension HubClient {
    /// Asks for everything the hub knows about pattern `id` of `collection`, as it is or as it was at `time`.
    ///
    /// `nil` where no node ever said anything about it. Throws ``ReplicationError``.
    package func explanation(
        of id: PatternID,
        in collection: CollectionName,
        at time: Timestamp?
    ) throws -> (document: JSONDocument, text: [UInt8])? {
        var target = ProtocolPaths.pattern(id, in: collection)
        if let time { target += "?at=\(HubClient.percentEncoded(time.description))" }
        let request = HubRequest(.get, target, maximumReplyBytes: TransferLimits.explanationBytes)
        var body: [UInt8] = []
        do {
            _ = try exchange(request, expecting: ProtocolPaths.json) { body.append(contentsOf: $0) }
        } catch let error as ReplicationError
            where error.kind == .refused(status: 404) && error.code == Problem.Code.notFound.rawValue
        {
            return nil
        }
        guard let document = try? JSONDocument(parsing: body), document.root.kind == .object else {
            throw ReplicationError(
                .notAHub,
                "what the hub at \(endpoint) says about \(collection)/\(id) cannot be read; check the versions of both"
                    + " programs"
            )
        }
        return (document, body)
    }
}
