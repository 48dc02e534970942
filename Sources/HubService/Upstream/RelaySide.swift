import Federation
import HubStore
import JSON
import Replication

/// This hub's side of a comparison with an upstream.
final class RelaySide: ReconciliationSide {
    private let hub: Hub
    private let intake: RelayIntake
    private let filter: RelayFilter
    /// Where what is pushed is counted.
    private let position: UpstreamPosition
    /// Whether one of both refused what it may take later.
    var hasRefusedForNow: Bool { intake.hasRefusedForNow || upstreamRefusedForNow }
    private var upstreamRefusedForNow = false
    /// Told of what differs; says whether it is to be sent.
    var foundDifference: (([ContributionKey], ReconciliationGap) -> Bool)?

    init(hub: Hub, intake: RelayIntake, filter: RelayFilter, position: UpstreamPosition) {
        self.hub = hub
        self.intake = intake
        self.filter = filter
        self.position = position
    }

    /// Whether the upstream should have everything.
    private var offersAll: Bool { filter.minValue <= 0 }

    func sums(of ranges: [PatternRange]) throws -> [SetDigest] {
        let (store, collection, filter) = (hub.store, position.collection, offersAll ? nil : filter)
        return try BlockingCall.result { try await store.summaries(of: ranges, in: collection, filter: filter) }
    }

    func statements(in range: PatternRange, after key: ContributionKey?, limit: Int) throws -> [HeldStatement] {
        let (store, collection, filter, offersAll) = (hub.store, position.collection, filter, offersAll)
        return try BlockingCall.result {
            let held = try await store.statements(in: range, of: collection, filter: nil, after: key, limit: limit)
            guard !offersAll else { return held.map { HeldStatement($0, isOffered: true) } }
            let offered = try await store.statements(
                in: range,
                of: collection,
                filter: filter,
                after: key,
                limit: limit
            )
            let keys = Set(offered.map(\.key))
            return held.map { HeldStatement($0, isOffered: keys.contains($0.key)) }
        }
    }

    func offers(of keys: [ContributionKey]) throws -> SelectedRelaySource {
        SelectedRelaySource(store: hub.store, keys: keys, at: position, now: hub.now) {
            self.upstreamRefusedForNow = true
        }
    }

    func receive(_ line: FeedLine, raw: RecordSlice) throws {
        try intake.take(line, raw: raw)
    }

    func commitReceived() throws {
        try intake.store(position: nil)
        intake.begin()
    }

    func discardReceived() {
        intake.begin()
    }

    func found(_ keys: [ContributionKey], lacking gap: ReconciliationGap) -> Bool {
        foundDifference?(keys, gap) ?? true
    }
}
