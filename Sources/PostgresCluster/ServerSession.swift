import Glibc

/// The little of PostgreSQL's protocol that starting a cluster needs: does it answer, and one statement as its superuser.
///
/// It is spoken here so that starting a server needs no client library and no client program.
final class ServerSession {
    /// What a server answers to somebody who wants to connect.
    enum Answer {
        /// The session stands.
        case ready(ServerSession)
        /// The server lives and takes nobody now, because it starts, recovers or shuts down.
        case notNow(String)
        /// The server takes connections, but not this one.
        case refused(state: String, message: String)
        /// Nobody answers at the socket.
        case silent
    }

    private let descriptor: Int32

    /// How long the server may take to say whether it takes a session.
    private static let answerTimeout = timeval(tv_sec: 2, tv_usec: 0)
    /// How long a statement may take: making a database copies files, which a busy machine takes its time for.
    private static let statementTimeout = timeval(tv_sec: 60, tv_usec: 0)
    /// No answer that is read here comes near it.
    private static let longestMessage = 1 << 20
    private static let cannotConnectNow = "57P03"

    private init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Asks the server at a socket for a session on a database.
    static func connect(to socketPath: String, database: String) -> Answer {
        guard let session = open(socketPath) else { return .silent }
        var body: [UInt8] = [0, 3, 0, 0]
        for text in ["user", ClusterLayout.superuser, "database", database] {
            body += Array(text.utf8) + [0]
        }
        guard session.send(type: nil, body + [0]) else { return .silent }
        while let message = session.receive() {
            switch message.type {
            case UInt8(ascii: "E"):
                let error = ServerMessage(message.body)
                if error.state == cannotConnectNow { return .notNow(error.text) }
                return .refused(state: error.state, message: error.text)
            case UInt8(ascii: "R") where message.body != [0, 0, 0, 0]:
                return .refused(state: "28000", message: "the server asks for a password")
            case UInt8(ascii: "Z"):
                return .ready(session)
            default:
                continue
            }
        }
        return .silent
    }

    /// Runs one statement that returns nothing of interest; returns the server's complaint, or nil when it has none.
    func execute(_ statement: String) -> String? {
        limit(ServerSession.statementTimeout)
        guard send(type: UInt8(ascii: "Q"), Array(statement.utf8) + [0]) else { return "the connection broke" }
        var complaint: String?
        while let message = receive() {
            if message.type == UInt8(ascii: "E") { complaint = ServerMessage(message.body).text }
            if message.type == UInt8(ascii: "Z") { return complaint }
        }
        return complaint ?? "the connection broke"
    }

    /// Bounds every wait for the server from now on.
    private func limit(_ timeout: timeval) {
        var timeout = timeout
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &timeout, socklen_t(MemoryLayout<timeval>.size))
        }
    }

    private static func open(_ path: String) -> ServerSession? {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        let session = ServerSession(descriptor: descriptor)
        session.limit(answerTimeout)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count <= ClusterLayout.longestSocketPath else { return nil }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        return code == 0 ? session : nil
    }

    private func send(type: UInt8?, _ body: [UInt8]) -> Bool {
        let length = UInt32(body.count + 4)
        var message = type.map { [$0] } ?? []
        withUnsafeBytes(of: length.bigEndian) { message.append(contentsOf: $0) }
        message += body
        // Without a signal when the server has gone.
        return Glibc.send(descriptor, message, message.count, Int32(MSG_NOSIGNAL)) == message.count
    }

    private func receive() -> (type: UInt8, body: [UInt8])? {
        guard let header = receive(count: 5) else { return nil }
        let length = header[1...].reduce(0) { $0 << 8 | Int($1) } - 4
        guard length >= 0, length <= Self.longestMessage, let body = receive(count: length) else { return nil }
        return (header[0], body)
    }

    private func receive(count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let received = bytes.withUnsafeMutableBytes { buffer in
                recv(descriptor, buffer.baseAddress.map { $0 + filled }, count - filled, 0)
            }
            guard received > 0 else { return nil }
            filled += received
        }
        return bytes
    }
}

/// The parts of a server's error that matter here.
private struct ServerMessage {
    var state = ""
    var text = ""

    /// Reads fields that each are a letter and a text, both ended by a NUL.
    init(_ body: [UInt8]) {
        for field in body.split(separator: 0) {
            let value = String(decoding: field.dropFirst(), as: UTF8.self)
            if field.first == UInt8(ascii: "C") { state = value }
            if field.first == UInt8(ascii: "M") { text = value }
        }
    }
}
