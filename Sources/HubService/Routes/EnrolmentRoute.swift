import Federation
import HTTPTypes
import HubStore
import Hummingbird
import Logging
import JSON

/// `POST /v1/enrolment`: a machine with a join token becomes a node, with a token of its own making.
///
/// The hub is told the token's id and digest alone: the secret never leaves the machine before it is used, and a request
/// whose answer was lost can be sent again.
struct EnrolmentRoute: Sendable {
    /// Bytes of a body.
    private static let greatestBytes = 4_096

    let hub: Hub

    func callAsFunction(_ request: Request, _ context: HubContext) async throws -> Response {
        guard let text = BearerToken.presented(request), let joinToken = JoinToken(text) else {
            throw StoreError.joinTokenUnknown
        }
        let body = try await DocumentBody(
            request,
            context,
            known: ["node", "token_id", "token_sha256"],
            greatestBytes: EnrolmentRoute.greatestBytes
        )
        let nameText = try body.text("node")
        guard let name = NodeName(nameText) else {
            throw Problem(
                400,
                .parameterInvalid,
                "'\(nameText.prefix(64))' is no node name: 1-64 letters, digits, '.', '-' and '_', beginning with a letter or digit"
            )
        }
        guard let credential = NodeCredential(id: try body.text("token_id"), hashHex: try body.text("token_sha256"))
        else {
            throw Problem(
                400,
                .bodyMalformed,
                "'token_id' and 'token_sha256' are no token's id and SHA-256, in lower case"
            )
        }
        let (node, isNew) = try await hub.store.enrol(
            name,
            presenting: joinToken,
            credential: credential,
            now: hub.now()
        )
        if isNew {
            hub.logger.info(
                "enrolled a node",
                metadata: [
                    "node": "\(node.name)", "role": "\(node.role.rawValue)", "join_token": "\(joinToken.credential.id)",
                ]
            )
        }
        let document: JSONValue = [
            "node": .string(node.name.text), "role": .string(node.role.rawValue),
            "incarnation": .integer(Int64(node.incarnation)), "enrolled_at": .string(node.enrolledAt.description),
        ]
        return Response(json: document, status: isNew ? .created : .ok)
    }
}
