/// Listens for PostgreSQL's notifications on a connection of its own, and comes back when it breaks.
package final class Notifications: Sendable {
    /// The events in order.
    ///
    /// When nobody reads them, the newest are kept and older ones dropped, which an event of its own tells.
    package let events: AsyncStream<NotificationEvent>
    private let continuation: AsyncStream<NotificationEvent>.Continuation
    private let listener: NotificationListener

    /// Events kept for a reader that is behind.
    package static let bufferedEvents = 1024

    /// A listener for `channels`, whose names are taken as they are; nothing is opened before `run`.
    package init(configuration: PostgresConfiguration, channels: [String]) {
        (events, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(Self.bufferedEvents))
        listener = NotificationListener(configuration: configuration, channels: channels)
    }

    /// Listens until the task is cancelled, then ends `events`.
    ///
    /// To be called once.
    ///
    /// Throws only when the configuration cannot be used at all; a server that is away is waited for.
    package func run() async throws {
        defer { continuation.finish() }
        let wakeUp = try WakeUpPipe()
        let continuation = continuation
        try await withTaskCancellationHandler {
            try await listener.listen(until: wakeUp) {
                if case .dropped = continuation.yield($0) { continuation.yield(.overflowed) }
            }
        } onCancel: {
            wakeUp.signal()
        }
    }
}
