/// What one transfer has received so far, and why it ended early if it did.
///
/// curl calls it for every header line and every piece of the body; it answers whether the transfer may go on.
final class Transfer {
    /// The bytes of an unsuccessful reply's body that are kept: room for a problem document, and a bound on the rest.
    static let maximumProblemBytes = 64 * 1024

    /// Why the transfer was ended from this side.
    enum Ending {
        /// A callback threw.
        case callback(any Error)

        /// The body passes the request's limit.
        case tooLarge

        /// The reply breaks a rule.
        case refused(String)

        /// Enough of an unsuccessful reply is known.
        case enough
    }

    private(set) var response: HTTPResponse?
    private(set) var ending: Ending?
    private let request: HTTPRequest
    private let onHead: (HTTPResponse) throws -> Void
    private let onBody: (UnsafeRawBufferPointer) throws -> Void
    private let shouldStop: () -> Bool
    private var head: ResponseHead
    private var receivedBytes = 0

    init(
        request: HTTPRequest,
        shouldStop: @escaping () -> Bool,
        onHead: @escaping (HTTPResponse) throws -> Void,
        onBody: @escaping (UnsafeRawBufferPointer) throws -> Void
    ) {
        self.request = request
        self.shouldStop = shouldStop
        self.onHead = onHead
        self.onBody = onBody
        head = ResponseHead(method: request.method)
    }

    func mayGoOn() -> Bool {
        !shouldStop()
    }

    func takeHeader(_ line: UnsafeRawBufferPointer) -> Bool {
        switch head.read(line) {
        case .unfinished: true
        case .refused(let reason): end(.refused(reason))
        case .complete(let response): takeHead(response)
        }
    }

    func takeBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let response else { return end(.refused("a body without a head")) }
        guard response.isSuccess else { return collectProblem(bytes) }
        receivedBytes += bytes.count
        guard receivedBytes <= request.maximumResponseBytes else { return end(.tooLarge) }
        return attempt { try onBody(bytes) }
    }

    private func takeHead(_ response: HTTPResponse) -> Bool {
        self.response = response
        guard response.isSuccess else { return true }
        let encoding = response.headers["content-encoding"]
        if let encoding, !isAccepted(encoding) {
            return end(.refused("a content encoding that was not asked for"))
        }
        if encoding == nil, response.framing == .contentLength, let length = response.headers["content-length"] {
            // A length beyond 64 bits is for curl to refuse.
            guard Int(length) ?? 0 <= request.maximumResponseBytes else { return end(.tooLarge) }
        }
        return attempt { try onHead(response) }
    }

    /// Keeps the start of an unsuccessful reply; one in an encoding that curl does not undo is of no use.
    private func collectProblem(_ bytes: UnsafeRawBufferPointer) -> Bool {
        if let encoding = response?.headers["content-encoding"], !isAccepted(encoding) { return end(.enough) }
        let room = Self.maximumProblemBytes - (response?.body.count ?? 0)
        response?.body.append(contentsOf: bytes.prefix(room))
        return bytes.count <= room || end(.enough)
    }

    private func isAccepted(_ encoding: String) -> Bool {
        let accepted = request.acceptEncoding ? ["gzip", "x-gzip", "identity"] : ["identity"]
        return accepted.contains { HTTPHeaders.isEqual($0, encoding) }
    }

    private func attempt(_ callback: () throws -> Void) -> Bool {
        do {
            try callback()
            return true
        } catch {
            return end(.callback(error))
        }
    }

    private func end(_ ending: Ending) -> Bool {
        self.ending = ending
        return false
    }
}
