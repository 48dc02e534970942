internal import Curl

/// Exchanges requests and replies over HTTP, on one kept connection.
package final class CurlTransport: HubTransport {
    private let endpoint: HubEndpoint
    private let client: HTTPClient

    /// A transport to `endpoint` that trusts the certificates in the PEM file `trustedCertificates`, or else the system's,
    /// and gives up within about a second once `shouldStop` says so, or at once where `wakeDescriptor` becomes readable
    /// then; `shouldStop` is asked after `longestSilence` at the latest.
    package init(
        endpoint: HubEndpoint,
        trustedCertificates: String?,
        wakeDescriptor: Int32? = nil,
        longestSilence: Duration = TransferLimits.longestSilence,
        shouldStop: @escaping () -> Bool
    ) throws(ReplicationError) {
        self.endpoint = endpoint
        do throws(CurlError) {
            client = try HTTPClient(
                configuration: HTTPClient.Configuration(
                    trustedCertificates: trustedCertificates,
                    // What goes to this machine must not take the way around a proxy.
                    usesEnvironmentProxy: !endpoint.isLoopback,
                    wakeDescriptor: wakeDescriptor,
                    longestSilence: longestSilence
                ),
                shouldStop: shouldStop
            )
        } catch { throw ReplicationError(.configuration, error.description) }
    }

    package func exchange(
        _ request: HubRequest,
        onHead: (HubReply) throws -> Void,
        onBody: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> HubReply {
        let message = HTTPRequest(
            method: CurlTransport.method(request.method),
            url: endpoint.text + request.target,
            headers: request.headers,
            body: request.body,
            totalDeadline: request.deadline,
            stallTimeout: request.stall,
            maximumResponseBytes: request.maximumReplyBytes,
            // Compression costs more than it saves where there is no network in between.
            acceptEncoding: !endpoint.isLoopback
        )
        do throws(CurlError) {
            return CurlTransport.reply(
                try client.stream(
                    message,
                    onSent: request.onSent,
                    onHead: { try onHead(CurlTransport.reply($0)) },
                    onBody: onBody
                )
            )
        } catch {
            if let underlying = error.underlying { throw underlying }
            throw ReplicationError(error)
        }
    }

    private static func method(_ method: HubRequest.Method) -> HTTPMethod {
        switch method {
        case .get: .get
        case .post: .post
        case .put: .put
        }
    }

    private static func reply(_ response: HTTPResponse) -> HubReply {
        HubReply(
            status: response.status,
            contentType: response.headers["Content-Type"],
            entityTag: response.headers["ETag"],
            retryAfterSeconds: response.headers["Retry-After"].flatMap { Int($0) },
            body: response.body
        )
    }
}

extension ReplicationError {
    /// What a failed transfer means to a node.
    init(_ error: CurlError) {
        let kind: Kind =
            switch error.kind {
            case .aborted: .stopped
            case .tls where !error.isRetryable: .configuration
            case .invalidRequest: .configuration
            case .tooLarge, .protocolViolation: .notAHub
            default: .unreachable
            }
        switch (kind, error.kind) {
        case (.stopped, _): self.init(kind, HubClient.stopped.description)
        case (.configuration, .tls):
            self.init(
                kind,
                error.description + " A certificate by an authority of your own is trusted with --ca-file FILE; a hub"
                    + " without certificates is asked at http://."
            )
        default: self.init(kind, error.description)
        }
    }
}
