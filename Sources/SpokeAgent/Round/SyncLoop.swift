internal import Federation
package import Replication

/// Rounds without end: one at each interval, one when a source file has changed, and a pull as soon as the hub has news.
///
/// No failure of hub or network ends it, only the wish to stop, new settings, and damage that a new start repairs. Waits
/// are measured by a clock that nobody sets.
package final class SyncLoop {
    /// Why a loop ended.
    package enum Ending: Sendable, Equatable {
        case stopped
        /// The settings are to be read again.
        case reload
    }

    /// Seconds that one long poll waits at most; source files are looked at after each.
    private static let pollSeconds = 50
    /// An answer without news that comes sooner than this was not waited for.
    private static let promptAnswer = Duration.seconds(1)
    /// After a round that found the hub still applying what operators resolved.
    private static let resolutionsPause = Duration.seconds(5)
    /// Between questions to a hub that answers at once and has no news.
    private static let idle = Backoff(first: .milliseconds(50), greatest: .seconds(2))

    private let hubs: HubSet
    private let interval: SyncInterval
    private let orders: LoopOrders
    private let environment: RunEnvironment
    /// When the next round is due.
    private var due: Duration { didSet { if due != oldValue { tellStanding() } } }
    /// When the peers are to be pulled.
    private var peersDue: Duration
    /// Failures in a row.
    private var failures = 0
    /// Whether it was told that the hub could not be asked for news.
    private var isHubMissed = false
    private var complaints = ComplaintLog()
    private var peerComplaints: [String: ComplaintLog] = [:]
    /// What only a new start can repair.
    private var damage: SpokeError?
    /// Answers in a row that brought no news and were not waited for.
    private var idleAnswers = 0
    /// Why nothing is sent, while nothing is.
    private var pause: String?
    private var isRoundAskedFor: Bool

    /// A loop of rounds with `hubs` in this environment.
    package init(hubs: HubSet, interval: SyncInterval, environment: RunEnvironment, orders: LoopOrders) {
        self.hubs = hubs
        self.interval = interval
        self.environment = environment
        self.orders = orders
        isRoundAskedFor = orders.isRoundAskedFor
        due = environment.elapsed()
        peersDue = environment.elapsed()
    }

    /// A loop of rounds of `agent` with its one hub; `log` takes one line for each round that is worth one.
    package convenience init(
        agent: SpokeAgent,
        client: HubClient,
        interval: SyncInterval,
        log: @escaping (String) -> Void
    ) throws {
        self.init(
            hubs: try HubSet(first: HubLink(agent: agent, client: client), home: agent.home),
            interval: interval,
            environment: client.environment,
            orders: LoopOrders(log: log, wantsStop: client.environment.shouldStop)
        )
    }

    private var agent: SpokeAgent { hubs.link.agent }

    /// Runs until it is asked to stop or to take other settings; throws a ``SpokeError`` where the state is damaged.
    @discardableResult
    package func run() throws -> Ending {
        tellStanding()
        var sources = agent.sourceFingerprints()
        while !orders.wantsStop() {
            if orders.takeReload() { return .reload }
            if let damage { throw damage }
            if try isPaused() {
                environment.pause(FailoverLimits.pauseLook)
                continue
            }
            if let line = try hubs.returnToPreferred(environment) { change(line) }
            if try hubs.endGrace(environment) { due = environment.elapsed() }
            let present = agent.sourceFingerprints()
            if environment.elapsed() >= due || present != sources {
                sources = present
                try round()
                isRoundAskedFor = false
            } else {
                try waitForNews()
            }
            pullPeers()
        }
        return .stopped
    }

    private func round() throws {
        let report = agent.round(.sync)
        if environment.shouldStop() { return }
        if report.needsRestart { damage = report.failure }
        tell(report)
        var wait = interval.next(chance: environment.chance())
        if report.collections.contains(where: \.awaitsResolutions) { wait = min(wait, SyncLoop.resolutionsPause) }
        // What failed is tried again as soon as the backoff lets it.
        due = environment.elapsed() + (report.failure == nil ? wait : .zero)
        if report.failure == nil { orders.status("in step with \(report.endpoint) since \(report.finishedAt)") }
        try settle(report.failure, retryAfter: nil)
    }

    /// Says what came of a round; what failed before in the same way is said once an hour.
    private func tell(_ report: RoundReport) {
        guard let failure = report.failure else {
            complaints.forget()
            orders.log(report.line)
            for note in report.notes { orders.log(note) }
            return
        }
        guard complaints.isWorthSaying("\(report.endpoint) \(failure.status.name)", at: environment.elapsed()) else {
            return
        }
        orders.log(report.line)
        orders.status(report.line)
        for note in report.notes { orders.log(note) }
    }

    /// Asks the hub to answer as soon as it has news, and pulls them.
    private func waitForNews() throws {
        let began = environment.elapsed()
        let moments = [due, hubs.rotation.nextMoment, hubs.peers.isEmpty ? nil : peersDue].compactMap { $0 }
        let left = Int(((moments.min() ?? due) - began) / .seconds(1))
        do {
            let held = try agent.heldEntityTag()
            let wait = max(1, min(SyncLoop.pollSeconds, left))
            var hasNews = false
            if case .document(let manifest, let entityTag) = try hubs.link.client.manifest(unless: held, wait: wait) {
                let report = agent.follow(manifest, entityTag: entityTag)
                if environment.shouldStop() { return }
                if report.needsRestart { damage = report.failure }
                hasNews = report.isChange
                if report.isChange || report.status != .ok { tell(report) }
                if report.asksForRound { due = environment.elapsed() }
                try settle(report.failure, retryAfter: nil)
            } else {
                try settle(nil, retryAfter: nil)
            }
            noteReturn()
            rest(hasNews: hasNews, since: began)
        } catch {
            if environment.shouldStop() { return }
            let failure = SpokeError(ExitStatus(error), "\(error)")
            let key = "\(agent.settings.endpoint) \(failure.status.name)"
            if complaints.isWorthSaying(key, at: environment.elapsed()) {
                orders.log("waiting for news: \(error)")
                orders.status("waiting for news: \(error)")
                agent.note(failure)
                isHubMissed = true
            }
            try settle(failure, retryAfter: (error as? ReplicationError)?.retryAfter)
        }
    }

    /// Says that the hub whose absence was told is there again.
    private func noteReturn() {
        guard isHubMissed else { return }
        isHubMissed = false
        complaints.forget()
        agent.note(nil)
        let line = "\(agent.settings.endpoint) answers again"
        orders.log(line)
        orders.status(line)
    }

    /// Keeps a hub that answers at once, without news, from being asked all the time.
    private func rest(hasNews: Bool, since began: Duration) {
        guard !hasNews, environment.elapsed() - began < SyncLoop.promptAnswer else {
            idleAnswers = 0
            return
        }
        idleAnswers += 1
        environment.pause(
            SyncLoop.idle.delay(afterFailures: idleAnswers, retryAfter: nil, chance: environment.chance())
        )
    }

    /// After a failure, waits longer each time before the hub is asked again; after some, works with another hub.
    private func settle(_ failure: SpokeError?, retryAfter: Duration?) throws {
        guard damage == nil else { return }
        if let line = try hubs.settle(failure?.status, at: environment) {
            change(line)
            return
        }
        guard failure != nil else {
            failures = 0
            return
        }
        failures += 1
        let chance = environment.chance()
        let delay = Backoff.round.delay(afterFailures: failures, retryAfter: retryAfter, chance: chance)
        due = max(due, environment.elapsed() + delay)
        environment.pause(delay)
    }

    private func tellStanding() {
        let now = environment.now()
        let wait = Int64((due - environment.elapsed()) / .microseconds(1))
        orders.standing(
            LoopStanding(
                dueAt: Timestamp(microseconds: now.microseconds + wait),
                hub: agent.settings.endpoint.text,
                pause: pause
            )
        )
    }

    /// Another hub is in use.
    private func change(_ line: String) {
        orders.log(line)
        orders.status(line)
        complaints.forget()
        // Nobody missed the hub that is worked with now.
        isHubMissed = false
        failures = 0
        due = environment.elapsed()
    }

    /// Pulls the hubs that are only read, where it is time to.
    private func pullPeers() {
        guard !hubs.peers.isEmpty, environment.elapsed() >= peersDue, !environment.shouldStop() else { return }
        for peer in hubs.peers {
            let report = peer.agent.round(.pull)
            if environment.shouldStop() { return }
            if report.needsRestart { damage = report.failure }
            let key = report.failure?.status.name ?? "ok"
            let isNew = peerComplaints[peer.name, default: ComplaintLog()]
                .isWorthSaying(key, at: environment.elapsed())
            if report.isChange || report.status != .ok && isNew { orders.log("\(report.endpoint): \(report.line)") }
        }
        peersDue = environment.elapsed() + interval.next(chance: environment.chance())
    }

    /// Whether nothing may be sent now; says it when that begins and when it ends.
    private func isPaused() throws -> Bool {
        let reason = isRoundAskedFor ? nil : orders.pauseReason()
        guard reason != pause else { return reason != nil }
        if let reason {
            if pause == nil { orders.log("paused: \(reason)") }
            orders.status("paused: \(reason)")
        } else {
            orders.log("goes on")
            due = environment.elapsed()
        }
        pause = reason
        tellStanding()
        return reason != nil
    }
}
