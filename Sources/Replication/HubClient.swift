package import Federation
internal import JSON

/// The protocol's requests as one node sends them to one hub.
///
/// Each method sends once; ``retrying(_:)`` repeats what may succeed later. Throws ``ReplicationError``.
package final class HubClient {
    package let endpoint: HubEndpoint
    package let node: NodeName
    package let environment: RunEnvironment
    private let transport: any HubTransport
    private let token: () throws -> String
    /// Which hub this node is, where it is one.
    private let hub: String?

    /// A client of the hub at `endpoint` that is `node`, as `token` proves; it is asked for at every request, so that a
    /// changed token is used at once.
    ///
    /// A node that is a hub says with `hub` which one.
    package init(
        endpoint: HubEndpoint,
        node: NodeName,
        hub: String? = nil,
        transport: any HubTransport,
        environment: RunEnvironment,
        token: @escaping () throws -> String
    ) {
        self.endpoint = endpoint
        self.node = node
        self.hub = hub
        self.transport = transport
        self.environment = environment
        self.token = token
    }

    /// Sends `request` as this node; the reply is successful or 304.
    ///
    /// `contentType` is what a successful reply has to be.
    func exchange(
        _ request: HubRequest,
        expecting contentType: String,
        onBody: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> HubReply {
        guard !environment.shouldStop() else { throw HubClient.stopped }
        var request = request
        request.headers.append(("Authorization", "Bearer \(try token())"))
        request.headers.append((ProtocolPaths.nodeHeader, node.text))
        if let hub { request.headers.append((ProtocolPaths.hubHeader, hub)) }
        let reply = try transport.exchange(
            request,
            onHead: { head in
                guard let type = head.contentType, type.hasPrefix(contentType) else { throw notAHub(head) }
            },
            onBody: onBody
        )
        guard reply.isSuccess || reply.status == 304 else { throw failure(reply, of: request) }
        return reply
    }

    static let stopped = ReplicationError(.stopped, "stopped on request; what was acknowledged is kept")

    private func notAHub(_ reply: HubReply) -> ReplicationError {
        ReplicationError(
            .notAHub,
            "what answers at \(endpoint) is no Tributary hub (status \(reply.status), content type"
                + " '\(ShownText.of(reply.contentType ?? "none"))'); check the hub's address, and for a proxy or login page in between"
        )
    }

    /// What an unsuccessful reply means.
    private func failure(_ reply: HubReply, of request: HubRequest) -> ReplicationError {
        let problem = JSONDocument.received(reply.body)?.root
        let prefix = "urn:tributary:problem:"
        let type = problem?["type"]?.string ?? ""
        let code = type.hasPrefix(prefix) ? ShownText.of(String(type.dropFirst(prefix.count))) : nil
        let detail = problem?["detail"]?.string.map { ": " + ShownText.of($0) } ?? ""
        let path = request.target.prefix { $0 != "?" }
        let event = "the hub at \(endpoint) answered \(reply.status) \(code ?? "without a reason") to \(path)\(detail)"
        let seconds = problem?["retry_after_seconds"]?.integer.map { Int(clamping: $0) } ?? reply.retryAfterSeconds
        let retryAfter = seconds.map { Duration.seconds(max($0, 0)) }
        switch reply.status {
        case 401, 403:
            return ReplicationError(
                .unauthorized,
                event
                    + (request.adviceIfRefused
                        ?? "; check the node's name and its token file, and ask the hub's operator whether \(node) is enrolled")
            )
        case 408, 429, 500...:
            return ReplicationError(
                .overloaded,
                event + "; nothing is lost, the same is sent again next time",
                retryAfter: retryAfter
            )
        case 413: return ReplicationError(.tooLarge, event)
        case 409 where code == Problem.Code.cursorReset.rawValue: return ReplicationError(.cursorReset, event)
        case 410: return ReplicationError(.cursorUnusable, event)
        case 400 where code == Problem.Code.cursorMalformed.rawValue: return ReplicationError(.cursorUnusable, event)
        case 300...399:
            return ReplicationError(.notAHub, event + "; redirects are not followed: use the final address")
        case _ where code == nil: return notAHub(reply)
        default: return ReplicationError(.refused(status: reply.status), event, code: code)
        }
    }

    /// Runs `body` up to ``TransferLimits/tries`` times, as long as it fails in a way that may pass.
    package func retrying<Result>(_ body: () throws -> Result) throws -> Result {
        var failures = 0
        while true {
            do {
                return try body()
            } catch let error as ReplicationError where error.isRetryable {
                failures += 1
                guard failures < TransferLimits.tries else { throw error }
                try pause(afterFailures: failures, error)
            }
        }
    }

    /// Waits before the next try.
    func pause(afterFailures failures: Int, _ error: ReplicationError) throws {
        let chance = environment.chance()
        environment.pause(
            Backoff.request.delay(afterFailures: failures, retryAfter: error.retryAfter, chance: chance)
        )
        if environment.shouldStop() { throw HubClient.stopped }
    }
}
