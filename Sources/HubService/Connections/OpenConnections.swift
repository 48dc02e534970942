import NIOCore
import ServiceLifecycle
import Synchronization

/// The open connections, and which of them showed no token yet: those must not keep nodes out.
///
/// One on which nothing is asked is closed after ``HubDeadlines/unprovenSeconds``; where there are many, they make room,
/// the one that has been silent longest first.
final class OpenConnections: Service {
    private struct Unproven {
        var channel: any Channel
        /// Since when nothing is being answered; `nil` while something is.
        var silentSince: ContinuousClock.Instant?
    }

    private struct Content {
        var last: UInt64 = 0
        var count = 0
        var unproven: [UInt64: Unproven] = [:]
    }

    private static let interval = Duration.seconds(1)

    private let content = Mutex(Content())

    /// Notes that `channel` was opened, and has another one make room where there are many; returns its number.
    func opened(_ channel: any Channel, at now: ContinuousClock.Instant) -> UInt64 {
        let (number, superfluous) = content.withLock { content in
            content.last += 1
            content.count += 1
            let superfluous = content.count > HubDeadlines.ampleConnections ? OpenConnections.takeOldest(&content) : nil
            content.unproven[content.last] = Unproven(channel: channel, silentSince: now)
            return (content.last, superfluous)
        }
        superfluous?.close(promise: nil)
        return number
    }

    /// The connection without a token that has been silent longest, which is then no longer counted among them.
    private static func takeOldest(_ content: inout Content) -> (any Channel)? {
        let silent = content.unproven.compactMap { number, one in one.silentSince.map { (since: $0, number: number) } }
        guard let oldest = silent.min(by: { ($0.since, $0.number) < ($1.since, $1.number) }) else { return nil }
        return content.unproven.removeValue(forKey: oldest.number)?.channel
    }

    /// Notes that something is asked on connection `number`.
    func asked(_ number: UInt64) {
        content.withLock { $0.unproven[number]?.silentSince = nil }
    }

    /// Notes that something was answered on connection `number`.
    func answered(_ number: UInt64, at now: ContinuousClock.Instant) {
        content.withLock { $0.unproven[number]?.silentSince = now }
    }

    /// Notes that a token was shown on connection `number`.
    func proven(_ number: UInt64) {
        _ = content.withLock { $0.unproven.removeValue(forKey: number) }
    }

    /// Notes that connection `number` is closed.
    func closed(_ number: UInt64) {
        content.withLock { content in
            content.count -= 1
            content.unproven[number] = nil
        }
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                for channel in self.expired(at: .now) { channel.close(promise: nil) }
                try? await Task.sleep(for: OpenConnections.interval)
            }
        }
    }

    private func expired(at now: ContinuousClock.Instant) -> [any Channel] {
        content.withLock { content in
            content.unproven.values.compactMap { one in
                guard let since = one.silentSince, now - since >= .seconds(HubDeadlines.unprovenSeconds) else {
                    return nil
                }
                return one.channel
            }
        }
    }
}
