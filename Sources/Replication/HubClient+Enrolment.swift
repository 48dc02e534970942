package import Federation
internal import Digest
internal import JSON

extension HubClient {
    /// Enrols this node at the hub with a token of its own; this client's token is the join token.
    ///
    /// The same again is the same enrolment. Throws ``ReplicationError``.
    package func enrol(_ token: NodeToken) throws -> Enrolment {
        let document: JSONValue = [
            "node": .string(node.text), "token_id": .string(token.id), "token_sha256": .string(token.hash.hex),
        ]
        var request = HubRequest(
            .post,
            ProtocolPaths.enrolment,
            headers: [("Content-Type", ProtocolPaths.json)],
            body: document.bytes,
            maximumReplyBytes: TransferLimits.checkpointAnswerBytes
        )
        request.adviceIfRefused = ""
        var body: [UInt8] = []
        let reply = try exchange(request, expecting: ProtocolPaths.json) { body += $0 }
        guard let root = (try? JSONDocument(parsing: body))?.root, root["node"]?.string == node.text,
            let role = root["role"]?.string.flatMap(NodeRole.init), let incarnation = root["incarnation"]?.integer
        else {
            throw ReplicationError(.integrity, "the hub at \(endpoint) gave an answer to the enrolment that is none")
        }
        return Enrolment(role: role, incarnation: incarnation, isNew: reply.status == 201)
    }
}

/// What a hub made of a machine that enrolled itself.
package struct Enrolment: Sendable, Equatable {
    package var role: NodeRole
    /// Which enrolment of the name it is.
    package var incarnation: Int64
    /// Whether it is new; otherwise the same request was made before.
    package var isNew: Bool
}
