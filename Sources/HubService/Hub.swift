import Federation
import HubStore
import Logging

/// What the routes of a running hub share.
struct Hub: Sendable {
    let store: Store
    let signal: FeedSignal
    let metrics: HubMetrics
    /// Pushes being received: each holds a batch in memory.
    let pushSlots = RequestSlots(perNode: 4, total: 24)
    /// Pulls being sent: each holds a database connection.
    let pullSlots = RequestSlots(perNode: 2, total: 64)
    /// Which of the upstreams' long answers is decoded.
    let decoding = DecodingTurn()
    let logger: Logger
    /// The hub's clock.
    let now: @Sendable () -> Timestamp
    /// The PEM file with the certificates by which upstreams are trusted; `nil` for the system's.
    var trustedCertificates: String?
}
