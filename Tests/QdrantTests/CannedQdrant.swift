import Qdrant

/// A Qdrant of recorded answers.
final class CannedQdrant: QdrantTransport {
    /// What comes back for one request.
    enum Answer {
        /// A reply, whose body comes in pieces of this many bytes.
        case reply(Int, String, retryAfter: Int? = nil)
        /// A body that breaks off behind this many bytes.
        case cut(String, after: Int)
        case failure(QdrantError)
    }

    private var answers: [Answer]
    private let pieceBytes: Int
    /// Target and body of each request.
    private(set) var requests: [(target: String, body: String, key: String?)] = []

    init(_ answers: [Answer], pieceBytes: Int = 7) {
        self.answers = answers
        self.pieceBytes = pieceBytes
    }

    func exchange(_ request: QdrantRequest, onBody: (UnsafeRawBufferPointer) throws -> Void) throws -> QdrantReply {
        requests.append((request.target, String(decoding: request.body ?? [], as: UTF8.self), request.key))
        guard !answers.isEmpty else { throw QdrantError(.unreachable, "no answer is left for \(request.target)") }
        switch answers.removeFirst() {
        case .failure(let error): throw error
        case .reply(let status, let body, let retryAfter):
            guard status == 200 else {
                return QdrantReply(status: status, retryAfterSeconds: retryAfter, body: Array(body.utf8))
            }
            try hand(Array(body.utf8), to: onBody)
            return QdrantReply(status: status)
        case .cut(let body, let count):
            try hand(Array(body.utf8.prefix(count)), to: onBody)
            throw QdrantError(.unreachable, "the connection ended")
        }
    }

    private func hand(_ body: [UInt8], to onBody: (UnsafeRawBufferPointer) throws -> Void) throws {
        var start = 0
        while start < body.count {
            let end = min(start + pieceBytes, body.count)
            try body[start..<end].withUnsafeBytes(onBody)
            start = end
        }
    }

    /// A client of it; `pauses` are the waits between tries.
    func client(key: String? = nil, onPause: @escaping (Duration) -> Void = { _ in }) throws -> QdrantClient {
        guard let endpoint = QdrantEndpoint("http://localhost:6333") else {
            throw QdrantError(.configuration, "no endpoint")
        }
        return QdrantClient(endpoint: endpoint, transport: self, key: { key }, pause: onPause)
    }
}
