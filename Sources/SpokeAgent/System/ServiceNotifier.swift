import Glibc

/// Tells the service manager that started this program how it is, over the datagram socket that `NOTIFY_SOCKET` names.
///
/// Where there is none, it says nothing. What cannot be delivered is lost, as the program works without it.
package final class ServiceNotifier {
    private let descriptor: Int32
    private let address: [UInt8]
    /// Within which time the manager wants a sign of life; `nil` where it wants none.
    package let watchdog: Duration?
    private let elapsed: () -> Duration
    private var lastSign: Duration?
    private var lastStatus: String?

    /// A notifier as `environment` says; `elapsed` tells the time that has passed.
    package init(environment: [String: String], process: Int32 = getpid(), elapsed: @escaping () -> Duration) {
        self.elapsed = elapsed
        address = ServiceNotifier.address(environment["NOTIFY_SOCKET"] ?? "")
        let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        descriptor = address.isEmpty ? -1 : socket(AF_UNIX, type, 0)
        let isMeant = environment["WATCHDOG_PID"].map { $0 == "\(process)" } ?? true
        let microseconds = environment["WATCHDOG_USEC"].flatMap { Int64($0) } ?? 0
        watchdog = isMeant && microseconds > 0 && descriptor >= 0 ? .microseconds(microseconds) : nil
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Everything is set up; offline or not.
    package func ready() { send("READY=1") }

    /// The settings are being read again; ``ready()`` follows.
    package func reloading() {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        send("RELOADING=1\nMONOTONIC_USEC=\(Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)")
    }

    /// The program is about to end.
    package func stopping() { send("STOPPING=1") }

    /// How it is, in one line, for people.
    package func status(_ text: String) {
        let line = text.prefix { $0 != "\n" }.prefix(ServiceNotifier.statusCharacters)
        guard String(line) != lastStatus else { return }
        lastStatus = String(line)
        send("STATUS=\(line)")
    }

    /// Says that the program gets on; to be called wherever it does, and at least once in each ``step``.
    package func isAlive() {
        guard watchdog != nil else { return }
        let now = elapsed()
        if let lastSign, now - lastSign < step / 2 { return }
        lastSign = now
        send("WATCHDOG=1")
    }

    /// The longest time that may pass between two looks at whether the program gets on.
    package var step: Duration {
        guard let watchdog else { return SystemClock.longestSilence }
        return min(watchdog / 2, SystemClock.longestSilence)
    }

    private static let statusCharacters = 400

    /// The address of a socket as the system takes it; nothing where `path` names none.
    private static func address(_ path: String) -> [UInt8] {
        var bytes = Array(path.utf8)
        guard bytes.first == UInt8(ascii: "/") || bytes.first == UInt8(ascii: "@"),
            bytes.count < MemoryLayout.size(ofValue: sockaddr_un().sun_path)
        else { return [] }
        // A name that begins with a zero byte is no file.
        if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 } else { bytes.append(0) }
        let family = sa_family_t(AF_UNIX)
        return withUnsafeBytes(of: family) { Array($0) } + bytes
    }

    private func send(_ text: String) {
        guard descriptor >= 0 else { return }
        let message = Array(text.utf8)
        address.withUnsafeBytes { address in
            guard let start = address.baseAddress else { return }
            _ = sendto(
                descriptor,
                message,
                message.count,
                Int32(MSG_NOSIGNAL),
                start.assumingMemoryBound(to: sockaddr.self),
                socklen_t(address.count)
            )
        }
    }
}
