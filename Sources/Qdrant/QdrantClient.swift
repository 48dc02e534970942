internal import JSON

/// One Qdrant's REST interface, as far as patterns need it; for one thread at a time.
///
/// What may succeed later is tried again, a few times. Throws ``QdrantError``, and what the key's file leads to.
package final class QdrantClient {
    package let endpoint: QdrantEndpoint
    private let transport: any QdrantTransport
    private let key: () throws -> String?
    private let pause: (Duration) -> Void

    /// A client of the Qdrant at `endpoint`; `key` is asked for at every request, so that a changed key is used at once,
    /// and `pause` waits between tries.
    package init(
        endpoint: QdrantEndpoint,
        transport: any QdrantTransport,
        key: @escaping () throws -> String?,
        pause: @escaping (Duration) -> Void
    ) {
        self.endpoint = endpoint
        self.transport = transport
        self.key = key
        self.pause = pause
    }

    /// Sends one request; the reply is successful.
    func send(
        _ method: QdrantRequest.Method,
        _ target: String,
        _ body: JSONValue? = nil,
        deadline: Duration = QdrantLimits.small,
        maximumReplyBytes: Int = QdrantLimits.answerBytes,
        onBody: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let request = QdrantRequest(
            method: method,
            target: target,
            body: body?.bytes,
            key: try key(),
            deadline: deadline,
            maximumReplyBytes: maximumReplyBytes
        )
        let reply = try transport.exchange(request, onBody: onBody)
        guard (200...299).contains(reply.status) else { throw failure(reply, target) }
    }

    /// Sends a request whose answer is small; returns the `result` of it.
    func result(
        _ method: QdrantRequest.Method,
        _ target: String,
        _ body: JSONValue? = nil,
        deadline: Duration = QdrantLimits.small
    ) throws -> JSONNode {
        let answer = try retrying {
            var answer: [UInt8] = []
            try send(method, target, body, deadline: deadline) { answer.append(contentsOf: $0) }
            return answer
        }
        let document: JSONDocument
        do throws(JSONError) { document = try JSONDocument(parsing: answer) } catch { throw notQdrant("\(error)") }
        guard let result = document.root["result"] else { throw notQdrant("it has no result") }
        return result
    }

    /// Runs `body` up to ``QdrantLimits/tries`` times, as long as it fails in a way that may pass.
    func retrying<Result>(_ body: () throws -> Result) throws -> Result {
        var wait = QdrantLimits.firstPause
        for _ in 1..<QdrantLimits.tries {
            do {
                return try body()
            } catch let error as QdrantError where error.isTransient {
                pause(min(max(wait, error.retryAfter ?? .zero), QdrantLimits.greatestPause))
                wait *= 2
            }
        }
        return try body()
    }

    /// That what came as the answer to a request cannot be used, and why.
    func notQdrant(_ detail: String) -> QdrantError {
        QdrantError(
            .notQdrant,
            "what answers at \(endpoint) is no Qdrant, or one whose answers cannot be read here"
                + " (\(QdrantError.shown(detail))); check the address"
        )
    }

    /// What an unsuccessful reply means.
    private func failure(_ reply: QdrantReply, _ target: String) -> QdrantError {
        let status = (try? JSONDocument(parsing: reply.body))?.root["status"]
        // A missing key is refused in plain text.
        let said = status?["error"]?.string ?? String(decoding: reply.body.prefix(1_000), as: UTF8.self)
        let path = target.prefix { $0 != "?" }
        let event =
            "the Qdrant at \(endpoint) answered \(reply.status) to \(path)"
            + (said.isEmpty ? "" : ": \(QdrantError.shown(said))")
        switch reply.status {
        case 401, 403:
            return QdrantError(.unauthorized, event + "; check --qdrant-api-key-file, and that its key may do this")
        case 404: return QdrantError(.notFound, event)
        case 408, 429, 500, 502...599:
            return QdrantError(.busy, event, retryAfter: reply.retryAfterSeconds.map { .seconds(max($0, 0)) })
        case 300...399: return QdrantError(.notQdrant, event + "; redirects are not followed: use the final address")
        default: return QdrantError(.refused(status: reply.status), event)
        }
    }
}
