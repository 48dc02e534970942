import Glibc
import Synchronization

/// A server on loopback that plays scripts: the first connection gets the first script, and so on.
///
/// It closes a connection at the end of its script, and leaves connections beyond the last one unanswered.
final class CannedServer {
    /// One thing to do with a connection.
    enum Step: Sendable {
        /// Reads one request, with as much body as its `Content-Length` says.
        case readRequest
        case send(String)
        case sendBytes([UInt8])
        case pause(Duration)
        /// Waits until the client closes.
        case awaitClose
        /// Closes with a reset instead of an orderly end.
        case reset
    }

    /// What the thread and the test share.
    private final class Stage: Sendable {
        let listener: Int32
        let scripts: [[Step]]
        let requests = Mutex<[String]>([])
        let connectionCount = Mutex(0)

        init(listener: Int32, scripts: [[Step]]) {
            self.listener = listener
            self.scripts = scripts
        }
    }

    /// A client or a test that hangs must not hang the server.
    private static let patience = timeval(tv_sec: 10, tv_usec: 0)

    let port: UInt16
    private let stage: Stage
    private var thread = pthread_t()

    init(_ scripts: [Step]...) throws(CannedServerError) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard listener >= 0 else { throw CannedServerError(call: "socket") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 8) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        guard isBound else { throw CannedServerError(call: "bind") }
        port = UInt16(bigEndian: address.sin_port)
        stage = Stage(listener: listener, scripts: scripts)
        let context = Unmanaged.passRetained(stage).toOpaque()
        let result = pthread_create(&thread, nil, Self.threadMain, context)
        guard result == 0 else { throw CannedServerError(call: "pthread_create") }
    }

    deinit {
        shutdown(stage.listener, Int32(SHUT_RDWR))
        pthread_join(thread, nil)
        close(stage.listener)
    }

    var url: String {
        "http://127.0.0.1:\(port)/"
    }

    /// The requests read so far, heads with what body was read.
    var requests: [String] {
        stage.requests.withLock { $0 }
    }

    /// The connections accepted so far.
    var connectionCount: Int {
        stage.connectionCount.withLock { $0 }
    }

    private static let threadMain: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
        guard let context else { return nil }
        let stage = Unmanaged<Stage>.fromOpaque(context).takeRetainedValue()
        for script in stage.scripts {
            let connection = accept(stage.listener, nil, nil)
            guard connection >= 0 else { return nil }
            stage.connectionCount.withLock { $0 += 1 }
            CannedServer.play(script, on: connection, stage)
            close(connection)
        }
        return nil
    }

    private static func play(_ script: [Step], on connection: Int32, _ stage: Stage) {
        var patience = Self.patience
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        for step in script {
            switch step {
            case .readRequest:
                guard let request = readRequest(connection) else { return }
                stage.requests.withLock { $0.append(request) }
            case .send(let text):
                guard send(Array(text.utf8), to: connection) else { return }
            case .sendBytes(let bytes):
                guard send(bytes, to: connection) else { return }
            case .pause(let duration):
                usleep(UInt32(duration / .microseconds(1)))
            case .awaitClose:
                var bytes = [UInt8](repeating: 0, count: 4096)
                while recv(connection, &bytes, bytes.count, 0) > 0 {}
            case .reset:
                var linger = linger(l_onoff: 1, l_linger: 0)
                setsockopt(connection, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
            }
        }
    }

    private static func send(_ bytes: [UInt8], to connection: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private static func readRequest(_ connection: Int32) -> String? {
        var received: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 * 1024)
        var expected: Int?
        while received.count < expected ?? .max {
            let count = recv(connection, &piece, piece.count, 0)
            guard count > 0 else { return nil }
            received.append(contentsOf: piece[..<count])
            if expected == nil { expected = wholeLength(received) }
        }
        return String(decoding: received, as: UTF8.self)
    }

    /// The length of head and body, once the head is there.
    private static func wholeLength(_ received: [UInt8]) -> Int? {
        let text = String(decoding: received.prefix(64 * 1024), as: UTF8.self)
        let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
        guard let end = lines.firstIndex(of: ""), end < lines.count - 1 else { return nil }
        let headLength = lines[..<end].reduce(2) { $0 + $1.utf8.count + 2 }
        let field = lines[..<end].first { $0.lowercased().hasPrefix("content-length:") }
        let bodyLength = field.flatMap { Int($0.dropFirst("content-length:".count).filter { $0 != " " }) }
        return headLength + (bodyLength ?? 0)
    }
}

/// The server could not be set up.
struct CannedServerError: Error {
    let call: String
}
