import Federation
internal import JSON

extension HubClient {
    /// Asks for the manifest, where `entityTag` is that of the one held.
    ///
    /// With `wait`, in seconds, the hub holds the request until something changes. Throws ``ReplicationError``, of kind
    /// `unauthorized` where the hub takes this node for another one.
    package func manifest(unless entityTag: String?, wait: Int = 0) throws -> ManifestAnswer {
        var target = ProtocolPaths.manifest
        var grace = Duration.zero
        if wait > 0, entityTag != nil {
            let seconds = min(wait, Limits.waitSeconds)
            target += "?wait=\(seconds)"
            grace = .seconds(seconds) + TransferLimits.pollGrace
        }
        let request = HubRequest(
            .get,
            target,
            headers: entityTag.map { [("If-None-Match", $0)] } ?? [],
            deadline: max(TransferLimits.small, grace),
            stall: max(TransferLimits.stall, grace),
            maximumReplyBytes: TransferLimits.manifestBytes
        )
        var body: [UInt8] = []
        let reply = try exchange(request, expecting: ProtocolPaths.json) { body.append(contentsOf: $0) }
        if reply.status == 304 { return .notModified }
        let manifest = try decoding(body.count) { JSONDocument.received(body).flatMap { ManifestDocument($0.root) } }
        guard let manifest else {
            throw ReplicationError(
                .notAHub,
                "the manifest of \(endpoint) cannot be read; this program speaks protocol"
                    + " \(ManifestDocument.protocolVersion): check the hub's address and the versions of both programs"
            )
        }
        guard manifest.node == node else {
            throw ReplicationError(
                .unauthorized,
                "the token is that of node \(manifest.node), not of \(node); check the node's name and its token file"
            )
        }
        return .document(manifest, entityTag: reply.entityTag)
    }
}
