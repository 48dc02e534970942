/// What a listener learns from `Notifications`.
package enum NotificationEvent: Hashable, Sendable {
    /// The server listens now for the first time. What happened before it was not told.
    case connected
    /// The connection had broken and stands again. What happened meanwhile was not told, so look again.
    case reconnected
    /// Somebody sent a notification.
    case notification(channel: String, payload: String)
    /// More came than is kept for a reader that is behind, so some was dropped: look again.
    case overflowed
}
