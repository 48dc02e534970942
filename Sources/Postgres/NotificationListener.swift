import CLibPQ
import Glibc

/// The thread on which `Notifications` listens.
actor NotificationListener {
    private nonisolated let executor = QueueExecutor(label: "postgres.notifications")
    private let configuration: PostgresConfiguration
    private let channels: [String]

    /// How often a silent connection is tried, so that a peer that vanished is noticed.
    private static let heartbeat: Duration = .seconds(30)

    nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    init(configuration: PostgresConfiguration, channels: [String]) {
        self.configuration = configuration
        self.channels = channels
    }

    /// Listens until `wakeUp` is signalled, connecting again whenever the connection breaks.
    func listen(until wakeUp: WakeUpPipe, deliver: @Sendable (NotificationEvent) -> Void) throws(PostgresError) {
        var backoff = ReconnectBackoff(longest: .seconds(5))
        var hasConnected = false
        while !Self.isReadable(wakeUp.readEnd, within: backoff.remaining(at: .now)) {
            do throws(PostgresError) {
                let connection = try Connection.open(configuration)
                for channel in channels {
                    try connection.executeScript("LISTEN \(Connection.quoted(channel))")
                }
                backoff.recordSuccess()
                deliver(hasConnected ? .reconnected : .connected)
                hasConnected = true
                try relay(from: connection, until: wakeUp, deliver)
                return
            } catch {
                guard error.kind != .configuration || hasConnected else { throw error }
                backoff.recordFailure(at: .now)
            }
        }
    }

    /// Delivers what arrives.
    ///
    /// Returns when `wakeUp` is signalled, throws when the connection breaks.
    private func relay(
        from connection: Connection,
        until wakeUp: WakeUpPipe,
        _ deliver: (NotificationEvent) -> Void
    ) throws(PostgresError) {
        while true {
            // Before the wait: an answer to LISTEN or to the heartbeat can bring notifications with it.
            while let notification = PQnotifies(connection.handle) {
                deliver(
                    .notification(
                        channel: String(cString: notification.pointee.relname),
                        payload: String(cString: notification.pointee.extra)
                    )
                )
                PQfreemem(notification)
            }
            var descriptors = [
                pollfd(fd: PQsocket(connection.handle), events: Int16(POLLIN), revents: 0),
                pollfd(fd: wakeUp.readEnd, events: Int16(POLLIN), revents: 0),
            ]
            let count = poll(&descriptors, 2, Self.heartbeat.positiveMilliseconds)
            if descriptors[1].revents != 0 { return }
            if count == 0 {
                _ = try connection.runSimple("SELECT 1")
            } else if descriptors[0].revents != 0, PQconsumeInput(connection.handle) != 1 {
                throw connection.lost("LISTEN")
            }
        }
    }

    /// Waits for `descriptor` and says whether it became readable.
    private static func isReadable(_ descriptor: Int32, within wait: Duration) -> Bool {
        Connection.wait(for: Int16(POLLIN), on: descriptor, until: ContinuousClock.now + max(wait, .milliseconds(1)))
            != 0
    }
}
