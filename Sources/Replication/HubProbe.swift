internal import Curl
package import Federation
internal import JSON

/// Looks, once, whether a hub is where one should be and accepts this node, and tells how far that came.
package enum HubProbe {
    /// The time for everything.
    package static let deadline = Duration.seconds(10)
    /// The time for the name to be resolved and the connection to be made.
    private static let connecting = Duration.seconds(5)

    /// What is at `endpoint`, asked as `node` with `token`; without them where they are not to be had.
    package static func look(
        at endpoint: HubEndpoint,
        node: NodeName?,
        token: String?,
        trustedCertificates: String?,
        now: () -> Timestamp
    ) -> HubSighting {
        let sentAt = now()
        var headers: [(String, String)] = []
        if let token { headers.append(("Authorization", "Bearer \(token)")) }
        if let node { headers.append((ProtocolPaths.nodeHeader, node.text)) }
        do throws(CurlError) {
            let client = try HTTPClient(
                configuration: HTTPClient.Configuration(
                    trustedCertificates: trustedCertificates,
                    usesEnvironmentProxy: !endpoint.isLoopback
                )
            )
            let response = try client.send(
                HTTPRequest(
                    url: endpoint.text + ProtocolPaths.manifest,
                    headers: headers,
                    connectTimeout: connecting,
                    totalDeadline: deadline,
                    stallTimeout: deadline,
                    maximumResponseBytes: TransferLimits.manifestBytes,
                    acceptEncoding: true
                )
            )
            return HubSighting(
                outcome: outcome(response, endpoint),
                date: response.headers["Date"].flatMap(HTTPDate.read),
                sentAt: sentAt,
                receivedAt: now()
            )
        } catch {
            return HubSighting(outcome: outcome(error), sentAt: sentAt, receivedAt: now())
        }
    }

    private static func outcome(_ error: CurlError) -> HubSighting.Outcome {
        let words = ShownText.of(error.message)
        return switch error.kind {
        case .resolve: .unresolved(words)
        case .connect: .unreachable(words)
        case .tls: .insecure(words)
        case .protocolViolation, .tooLarge: .notAHub(words)
        case .timedOut, .stalled: .unreachable("no answer within \(deadline.components.seconds) s")
        default: .unanswered(words)
        }
    }

    private static func outcome(_ response: HTTPResponse, _ endpoint: HubEndpoint) -> HubSighting.Outcome {
        let root = (try? JSONDocument(parsing: response.body))?.root
        if response.isSuccess {
            if let manifest = root.flatMap(ManifestDocument.init) { return .accepted(manifest) }
            return .notAHub("what it answers is no manifest of protocol \(ManifestDocument.protocolVersion)")
        }
        let prefix = "urn:tributary:problem:"
        let type = root?["type"]?.string ?? ""
        let code = type.hasPrefix(prefix) ? ShownText.of(String(type.dropFirst(prefix.count))) : nil
        let detail = root?["detail"]?.string.map(ShownText.of) ?? "status \(response.status)"
        switch response.status {
        case 300...399: return .notAHub("status \(response.status): it sends elsewhere, and redirects are not followed")
        // What stands before a hub answers for it when it is away.
        case 408, 429, 500...: return .failing(detail)
        case _ where code == nil: return .notAHub("status \(response.status), and not in a hub's words")
        case 401, 403: return .unauthorized(code: code, detail)
        default: return .failing(detail)
        }
    }
}
