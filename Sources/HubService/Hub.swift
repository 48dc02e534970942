import Federation
import HubStore
import Logging

/// What the routes of a running hub share.
struct Hub: Sendable {
    let store: Store
    let signal: FeedSignal
    let metrics: HubMetrics
    let pushSlots: PushSlots
    let logger: Logger
    /// The hub's clock.
    let now: @Sendable () -> Timestamp
}
