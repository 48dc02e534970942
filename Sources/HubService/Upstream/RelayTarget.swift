import Federation
import HubStore
import JSON
import Replication

/// Where the contributions of an upstream go: into this hub's own, each batch with the position behind it.
final class RelayTarget: PullTarget {
    private let intake: RelayIntake
    private let url: String
    /// The position behind what is stored.
    private(set) var cursor: String?

    /// A target that goes on behind `cursor`.
    init(intake: RelayIntake, url: String, cursor: String?) {
        self.intake = intake
        self.url = url
        self.cursor = cursor
    }

    func cursor(of collection: CollectionName) throws -> String? { cursor }

    /// A hub does not read everything again: it compares, and for that its link has to know.
    func startOver(_ collection: CollectionName, because error: ReplicationError?) throws {
        throw error ?? ReplicationError(.cursorUnusable, "the contributions to \(collection) have to be compared")
    }

    func begin(_ collection: CollectionName) throws {
        intake.begin()
        self.collection = collection
    }

    private var collection: CollectionName?

    func take(_ line: FeedLine, raw: RecordSlice) throws -> WinnerChange {
        try intake.take(line, raw: raw)
        return .none
    }

    func commit(_ cursor: String, isEnd: Bool) throws -> Int64 {
        guard let collection else { return 0 }
        try intake.store(
            position: UpstreamPosition(
                url: url,
                collection: collection,
                feed: .contributions,
                direction: .pull,
                cursor: cursor,
                number: Cursor(cursor)?.number ?? 0
            )
        )
        self.cursor = cursor
        return 0
    }

    func discard() {
        intake.discard()
    }

    /// A hub holds more than its upstream: what others said, and what is not forwarded.
    func requiredTotal(of collection: CollectionName) throws -> SetDigest? { nil }
}
