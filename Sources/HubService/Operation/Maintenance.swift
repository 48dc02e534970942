import Federation
import HubStore
import Logging
import ServiceLifecycle

/// What a hub does for itself in the background: finishing what operators decided, keeping the planner informed, and
/// keeping the past within its limits.
struct Maintenance: Service {
    private static let interval: Duration = .seconds(5)
    private static let retentionInterval: Duration = .seconds(3_600)
    /// The planner is told again when the feeds have grown by this share and this number of changes.
    private static let growthShare = 1.3
    private static let growthChanges: Int64 = 5_000

    let hub: Hub
    /// How long superseded versions, and what is left of retracted winners, are kept.
    let historyDays: Int64
    /// How many superseded versions are kept at most.
    let historyRows: Int64

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var analyzedAt: Int64 = 0
            var nextRetention = ContinuousClock.now
            while !Task.isCancelled {
                do {
                    try await finishDecisions()
                    analyzedAt = try await analyzeIfGrown(since: analyzedAt)
                    if ContinuousClock.now >= nextRetention {
                        try await applyRetention()
                        nextRetention = .now + Maintenance.retentionInterval
                    }
                } catch is CancellationError {
                    return
                } catch {
                    hub.logger.warning("maintenance will be tried again", metadata: ["error": .string("\(error)")])
                }
                try? await Task.sleep(for: Maintenance.interval)
            }
        }
    }

    private func analyzeIfGrown(since analyzedAt: Int64) async throws -> Int64 {
        let seen = try await hub.store.changesSeen()
        guard seen > Int64(Double(analyzedAt) * Maintenance.growthShare) + Maintenance.growthChanges else {
            return analyzedAt
        }
        try await hub.store.analyze()
        return seen
    }

    /// Finishes what was decided and interrupted: changes of policy, of contents, and of who is heard.
    private func finishDecisions() async throws {
        for collection in try await hub.store.unsettledCollections() {
            try await hub.store.settle(collection, now: hub.now)
        }
        for collection in try await hub.store.collectionsWithUnappliedResolutions() {
            _ = try await hub.store.applyContentResolutions(in: collection, now: hub.now)
        }
        try await hub.store.applyUnappliedRevocations(now: hub.now)
    }

    private func applyRetention() async throws {
        let horizon = hub.now().adding(seconds: -historyDays * 24 * 60 * 60)
        while try await hub.store.removeHistory(before: horizon) > 0, !Task.isCancelled {}
        while try await hub.store.removeHistory(beyond: historyRows) > 0, !Task.isCancelled {}
        for collection in try await hub.store.collections() where !Task.isCancelled {
            _ = try await hub.store.compactWinners(of: collection.policy.collection, before: horizon)
        }
    }
}
