package import Federation
package import Replication

/// Rounds without end: one at each interval, one when a source file has changed, and a pull as soon as the hub has news.
///
/// No failure of hub or network ends it, only the wish to stop, and damage that a new start repairs.
package final class SyncLoop {
    /// Seconds that one long poll waits at most; source files are looked at after each.
    private static let pollSeconds = 50
    /// An answer without news that comes sooner than this was not waited for.
    private static let promptAnswer = Duration.seconds(1)
    /// After a round that found the hub still applying what operators resolved.
    private static let resolutionsPause = Duration.seconds(5)
    /// Between questions to a hub that answers at once and has no news.
    private static let idle = Backoff(first: .milliseconds(50), greatest: .seconds(2))

    private let agent: SpokeAgent
    private let client: HubClient
    private let interval: SyncInterval
    private let log: (String) -> Void
    private var due: Timestamp { didSet { if due != oldValue { dueChanged(due) } } }
    /// Is told when the next round is due, whenever that changes.
    package var dueChanged: (Timestamp) -> Void = { _ in }
    /// Failures in a row.
    private var failures = 0
    /// What only a new start can repair.
    private var damage: SpokeError?
    /// Answers in a row that brought no news and were not waited for.
    private var idleAnswers = 0

    /// A loop of rounds of `agent`; `log` takes one line for each round that is worth one.
    package init(agent: SpokeAgent, client: HubClient, interval: SyncInterval, log: @escaping (String) -> Void) {
        self.agent = agent
        self.client = client
        self.interval = interval
        self.log = log
        due = client.environment.now()
    }

    private var environment: RunEnvironment { client.environment }

    /// Runs until the environment asks to stop; throws a ``SpokeError`` where the state is damaged.
    package func run() throws {
        var sources = agent.sourceFingerprints()
        while !environment.shouldStop() {
            if let damage { throw damage }
            let present = agent.sourceFingerprints()
            if environment.now() >= due || present != sources {
                sources = present
                round()
            } else {
                waitForNews()
            }
        }
    }

    private func round() {
        let report = agent.round(.sync)
        if environment.shouldStop() { return }
        if report.needsRestart { damage = report.failure }
        log(report.line)
        for note in report.notes { log(note) }
        var wait = interval.next(chance: environment.chance())
        if report.collections.contains(where: \.awaitsResolutions) { wait = min(wait, SyncLoop.resolutionsPause) }
        // What failed is tried again as soon as the backoff lets it.
        due = report.failure == nil ? environment.now().adding(wait) : environment.now()
        settle(report.failure == nil, retryAfter: nil)
    }

    /// Asks the hub to answer as soon as it has news, and pulls them.
    private func waitForNews() {
        let began = environment.now()
        let seconds = (due.microseconds - began.microseconds) / 1_000_000
        do {
            let held = try agent.heldEntityTag()
            let wait = max(1, min(SyncLoop.pollSeconds, Int(seconds)))
            var hasNews = false
            if case .document(let manifest, let entityTag) = try client.manifest(unless: held, wait: wait) {
                let report = agent.follow(manifest, entityTag: entityTag)
                if environment.shouldStop() { return }
                if report.needsRestart { damage = report.failure }
                hasNews = report.isChange
                if report.isChange || report.status != .ok { log(report.line) }
                if report.asksForRound { due = environment.now() }
                settle(report.failure == nil, retryAfter: nil)
            } else {
                failures = 0
            }
            rest(hasNews: hasNews, since: began)
        } catch {
            if environment.shouldStop() { return }
            log("waiting for news: \(error)")
            settle(false, retryAfter: (error as? ReplicationError)?.retryAfter)
        }
    }

    /// Keeps a hub that answers at once, without news, from being asked all the time.
    private func rest(hasNews: Bool, since began: Timestamp) {
        let took = Duration.microseconds(environment.now().microseconds - began.microseconds)
        guard !hasNews, took < SyncLoop.promptAnswer else {
            idleAnswers = 0
            return
        }
        idleAnswers += 1
        environment.pause(
            SyncLoop.idle.delay(afterFailures: idleAnswers, retryAfter: nil, chance: environment.chance())
        )
    }

    /// After a failure, waits longer each time before the hub is asked again.
    private func settle(_ isSuccess: Bool, retryAfter: Duration?) {
        guard !isSuccess, damage == nil else {
            failures = 0
            return
        }
        failures += 1
        environment.pause(
            Backoff.round.delay(afterFailures: failures, retryAfter: retryAfter, chance: environment.chance())
        )
    }
}

extension Timestamp {
    fileprivate func adding(_ duration: Duration) -> Timestamp {
        Timestamp(microseconds: microseconds + Int64(duration / .microseconds(1)))
    }
}
