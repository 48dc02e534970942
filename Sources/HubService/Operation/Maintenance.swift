import Federation
import HubStore
import Logging
import ServiceLifecycle

/// What a hub does for itself in the background: finishing changes of policy, keeping the planner informed, and keeping
/// the past within its limits.
struct Maintenance: Service {
    private static let interval: Duration = .seconds(5)
    private static let retentionDays: Int64 = 90
    private static let retentionInterval: Duration = .seconds(3_600)
    /// The planner is told again when the feeds have grown by this share and this number of changes.
    private static let growthShare = 1.3
    private static let growthChanges: Int64 = 5_000

    let hub: Hub

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var analyzedAt: Int64 = 0
            var nextRetention = ContinuousClock.now
            while !Task.isCancelled {
                do {
                    for collection in try await hub.store.unsettledCollections() {
                        try await hub.store.settle(collection, now: hub.now)
                    }
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

    private func applyRetention() async throws {
        let horizon = hub.now().adding(seconds: -Maintenance.retentionDays * 24 * 60 * 60)
        while try await hub.store.removeHistory(before: horizon) > 0, !Task.isCancelled {}
    }
}
