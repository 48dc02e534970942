import Federation
import HubStore
import Replication

extension LinkPuller {
    /// Looks, once every sync interval, whether both hubs hold the same although nothing is on its way; has them compared
    /// where they do not.
    func lookAtDigests(_ manifest: ManifestDocument) throws {
        guard schedule.isDue(.now) else { return }
        let finding = try finding(manifest)
        if schedule.note(finding, now: .now) { link.state.compare(in: .zero) }
    }

    private func finding(_ manifest: ManifestDocument) throws -> ComparisonSchedule.Finding {
        let store = hub.store
        let heads = try BlockingCall.result { try await store.feedNumbers() }
        var pushed: [UpstreamPosition.Feed: [CollectionName: Int64]] = [:]
        for position in try link.positions() where position.direction == .push {
            pushed[position.feed, default: [:]][position.collection] = position.number
        }
        let unpushed = link.state.unpushed
        var finding = ComparisonSchedule.Finding.equal
        for entry in manifest.entries where link.upstream.carries(entry.policy.collection) {
            let collection = entry.policy.collection
            // What fails by itself is said, and keeps nobody from looking at the others.
            guard !failing.collections.contains(collection), !unpushed.contains(collection) else { continue }
            // What is not made here, for there are too many, cannot be equal.
            guard let head = heads[collection], let contributions = entry.contributions else { continue }
            guard contributions.cursor == cursors[.contributions]?[collection],
                pushed[.contributions]?[collection] ?? 0 >= head.contributions
            else { return .pending }
            if hasEqualDigests, contributions.set != head.contributionsHeld { finding = .different }
            guard let resolutions = entry.resolutions else { continue }
            guard resolutions.cursor == cursors[.resolutions]?[collection],
                pushed[.resolutions]?[collection] ?? 0 >= head.resolutions
            else { return .pending }
            if resolutions.set != head.resolutionsHeld { finding = .different }
        }
        return finding
    }
}
