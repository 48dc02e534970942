internal import Curl

/// Exchanges requests and replies over HTTP, on one kept connection.
package final class CurlQdrantTransport: QdrantTransport {
    private let endpoint: QdrantEndpoint
    private let client: HTTPClient

    /// A transport to `endpoint`, which gives up within about a second once `shouldStop` says so; throws ``QdrantError``.
    package init(endpoint: QdrantEndpoint, shouldStop: @escaping () -> Bool) throws(QdrantError) {
        self.endpoint = endpoint
        do throws(CurlError) {
            client = try HTTPClient(
                // What goes to this machine must not take the way around a proxy.
                configuration: HTTPClient.Configuration(usesEnvironmentProxy: !endpoint.isLoopback),
                shouldStop: shouldStop
            )
        } catch { throw QdrantError(.configuration, error.description) }
    }

    package func exchange(
        _ request: QdrantRequest,
        onBody: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> QdrantReply {
        var headers: [(String, String)] = []
        if let key = request.key { headers.append(("api-key", key)) }
        if request.body != nil { headers.append(("Content-Type", "application/json")) }
        let message = HTTPRequest(
            method: CurlQdrantTransport.method(request.method),
            url: endpoint.text + request.target,
            headers: headers,
            body: request.body,
            connectTimeout: QdrantLimits.connect,
            totalDeadline: request.deadline,
            stallTimeout: QdrantLimits.stall,
            maximumResponseBytes: request.maximumReplyBytes
        )
        do throws(CurlError) {
            let response = try client.stream(message, onHead: { _ in }, onBody: onBody)
            return QdrantReply(
                status: response.status,
                retryAfterSeconds: response.headers["Retry-After"].flatMap { Int($0) },
                body: response.body
            )
        } catch {
            if let underlying = error.underlying { throw underlying }
            throw QdrantError(error)
        }
    }

    private static func method(_ method: QdrantRequest.Method) -> HTTPMethod {
        switch method {
        case .get: .get
        case .put: .put
        case .post: .post
        }
    }
}

extension QdrantError {
    /// What a failed transfer means.
    fileprivate init(_ error: CurlError) {
        let kind: Kind =
            switch error.kind {
            case .aborted: .stopped
            case .tls where !error.isRetryable: .configuration
            case .invalidRequest: .configuration
            case .tooLarge: .tooLarge
            case .protocolViolation: .notQdrant
            default: .unreachable
            }
        self.init(kind, kind == .stopped ? "stopped on request" : error.description)
    }
}
