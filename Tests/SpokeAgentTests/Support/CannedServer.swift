import Glibc

/// A server on this machine that answers each connection with the same bytes and closes it.
struct CannedServer {
    let port: UInt16

    /// Serves `reply` to one connection; with no reply, it keeps silent for a while.
    init(_ reply: String?) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isOpen = withUnsafeMutableBytes(of: &address) { bytes -> Bool in
            guard let base = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return false }
            return bind(listener, base, length) == 0 && listen(listener, 4) == 0
                && getsockname(listener, base, &length) == 0
        }
        guard isOpen else { throw Unavailable() }
        port = UInt16(bigEndian: address.sin_port)
        let reply = reply.map { Array($0.utf8) }
        CannedServer.detach {
            let connection = accept(listener, nil, nil)
            close(listener)
            var buffer = [UInt8](repeating: 0, count: 65_536)
            _ = read(connection, &buffer, buffer.count)
            if let reply { _ = write(connection, reply, reply.count) } else { usleep(3_000_000) }
            close(connection)
        }
    }

    struct Unavailable: Error {}

    private final class Work: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }

    private static func detach(_ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let context = Unmanaged.passRetained(Work(body)).toOpaque()
        pthread_create(
            &thread,
            nil,
            { context in
                if let context { Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body() }
                return nil
            },
            context
        )
        pthread_detach(thread)
    }
}
