import Federation
import HubStore
import Logging
import Replication
import Synchronization

/// What the two threads of a link tell each other, and what they tell the operator.
final class LinkState: Sendable {
    /// Which of the threads.
    enum Side: String, Sendable {
        case push, pull
    }

    /// That the upstream answered is noted no more often than this.
    private static let contactInterval = Duration.seconds(10)

    /// The same while something travels, or the other side fails.
    private static let answerInterval = Duration.seconds(2)

    private struct Content {
        var contact: UpstreamContact?
        /// Grows whenever positions were set by a comparison, or other collections can travel.
        var generation: UInt64 = 0
        var problems: [Side: String] = [:]
        var notedAt: ContinuousClock.Instant?
        var answeredAt: ContinuousClock.Instant?
        /// Collections that could not be pushed when they were tried last.
        var unpushed: Set<CollectionName> = []
        /// When both hubs are to be compared, because one refused what it may take later.
        var comparesAt: ContinuousClock.Instant?
    }

    private let hub: Hub
    private let url: String
    private let content = Mutex(Content())

    init(hub: Hub, url: String) {
        self.hub = hub
        self.url = url
    }

    /// The contact, with a number that differs once positions may have been set anew; `nil` while there is none.
    var contact: (UpstreamContact, generation: UInt64)? {
        content.withLock { content in content.contact.map { ($0, content.generation) } }
    }

    /// Begins or goes on with pushing; `nil` holds it up.
    func set(_ contact: UpstreamContact?) {
        content.withLock { content in
            let before = content.contact
            // Also where the upstream has a collection that it had not: what waits for it can go.
            if let contact, before?.collections != contact.collections { content.generation += 1 }
            content.contact = contact
        }
    }

    /// Collections that could not be pushed when they were tried last.
    var unpushed: Set<CollectionName> { content.withLock { $0.unpushed } }

    func note(unpushed collections: Set<CollectionName>) {
        content.withLock { $0.unpushed = collections }
    }

    /// Has both hubs compared in `duration`, because one refused what it may take later: no position leads back to it.
    func compare(in duration: Duration) {
        content.withLock { content in
            if content.comparesAt == nil { content.comparesAt = .now + duration }
        }
    }

    /// Whether both hubs are to be compared now, which is then taken as done.
    func takeDueComparison() -> Bool {
        content.withLock { content in
            guard let due = content.comparesAt, due <= .now else { return false }
            content.comparesAt = nil
            return true
        }
    }

    /// Notes that a round of one side went well.
    func succeeded(_ side: Side) {
        let noted: UpstreamContact? = content.withLock { content in
            let hadProblem = content.problems.removeValue(forKey: side) != nil
            guard content.problems.isEmpty, let contact = content.contact else { return nil }
            let now = ContinuousClock.now
            if !hadProblem, let last = content.notedAt, now - last < LinkState.contactInterval { return nil }
            (content.notedAt, content.answeredAt) = (now, now)
            return contact
        }
        guard let noted else {
            if side == .pull { answered() }
            return
        }
        let (hub, url) = (hub, url)
        record {
            try await hub.store.noteContact(with: url, identity: noted.identity, name: noted.name, now: hub.now())
        }
    }

    /// Notes that the upstream answered, whatever fails otherwise.
    func answered() {
        let isDue = content.withLock { content in
            let now = ContinuousClock.now
            if let last = content.answeredAt, now - last < LinkState.answerInterval { return false }
            content.answeredAt = now
            return content.contact != nil
        }
        guard isDue else { return }
        let (hub, url) = (hub, url)
        record { try await hub.store.noteAnswer(of: url, now: hub.now()) }
    }

    /// Notes that a round of one side failed; `error` says what happened and what to do.
    func failed(_ side: Side, _ error: any Error) {
        let text = "\(side.rawValue): \(error)"
        let isNews = content.withLock { content in
            content.notedAt = nil
            return content.problems.updateValue(text, forKey: side) != text
        }
        if isNews {
            hub.logger.warning("upstream", metadata: ["url": .string(url), "error": .string(text)])
        }
        let (hub, url) = (hub, url)
        record { try await hub.store.noteFailure(of: url, text, now: hub.now()) }
    }

    /// What cannot be noted now is noted with the next round.
    private func record(_ note: @escaping @Sendable () async throws -> Void) {
        do {
            try BlockingCall.result(of: note)
        } catch {
            hub.logger.warning(
                "how it stands with an upstream cannot be noted",
                metadata: ["url": .string(url), "error": .string("\(error)")]
            )
        }
    }
}
