import Federation
import HTTPTypes
import HubStore
import Hummingbird
import JSON
import Logging

/// The edge of the hub: names each request, turns every error into a problem document, logs and counts the answer.
struct ProblemMiddleware: RouterMiddleware {
    let hub: Hub
    /// Makes request ids.
    let newRequestID: @Sendable () -> String

    func handle(
        _ request: Request,
        context: HubContext,
        next: (Request, HubContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.requestID = ProblemMiddleware.acceptable(request.headers[.requestID]) ?? newRequestID()
        let started = ContinuousClock.now
        context.tell(.asked)
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            response = answer(to: error, context)
        }
        response.headers[.requestID] = context.requestID
        count(request, context, response, ContinuousClock.now - started)
        return response
    }

    private func answer(to error: any Error, _ context: HubContext) -> Response {
        let problem = Problem(error)
        if problem.code == .internalError || problem.status == 503 {
            hub.logger.error(
                "request failed",
                metadata: ["request_id": .string(context.requestID), "error": .string("\(error)")]
            )
        }
        hub.metrics.add("tributary_problems_total", ["code": problem.code.rawValue])
        return Response(problem, instance: context.requestID)
    }

    private func count(_ request: Request, _ context: HubContext, _ response: Response, _ took: Duration) {
        // The route's template, never its path: the predecessor's clients carry their token in it.
        let route = context.endpointPath ?? "(none)"
        let status = response.status.code
        hub.metrics.add(
            "tributary_http_requests_total",
            ["route": route, "method": request.method.rawValue, "code": "\(status)"]
        )
        hub.logger.debug(
            "request",
            metadata: [
                "request_id": .string(context.requestID), "method": .string(request.method.rawValue),
                "route": .string(route), "status": .stringConvertible(status), "took": .string("\(took)"),
            ]
        )
    }

    /// A client may name its request, in letters that are safe in a log.
    private static func acceptable(_ id: String?) -> String? {
        guard let id, (8...64).contains(id.utf8.count),
            id.utf8.allSatisfy({
                $0 == 0x2D || $0 == 0x5F || ($0 < 0x80 && Character(Unicode.Scalar($0)).isLetter)
                    || (0x30...0x39).contains($0)
            })
        else { return nil }
        return id
    }
}

extension HTTPField.Name {
    static var requestID: HTTPField.Name { HTTPField.Name("X-Request-Id") ?? .date }
}

extension Response {
    /// The problem as a document.
    init(_ problem: Problem, instance: String?) {
        var headers: HTTPFields = [.contentType: Problem.contentType, .cacheControl: "no-store"]
        if let seconds = problem.retryAfterSeconds { headers[.retryAfter] = "\(seconds)" }
        if problem.status == 401 { headers[.wwwAuthenticate] = "Bearer realm=\"tributary\"" }
        self.init(
            status: .init(code: problem.status),
            headers: headers,
            body: .init(byteBuffer: ByteBuffer(bytes: problem.document(instance: instance).bytes))
        )
    }

    /// A JSON document.
    init(json: JSONValue, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) {
        var headers = headers
        headers[.contentType] = ProtocolPaths.json
        self.init(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: json.bytes)))
    }
}
