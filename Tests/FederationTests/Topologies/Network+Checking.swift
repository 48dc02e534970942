import Digest
import Federation
import TestSupport

extension Network {
    /// Heals the network and says where its hubs then differ from one flat hub that heard everything.
    mutating func differencesAfterHealing() throws -> [String] {
        let (held, resolutions) = try heal()
        var flat = FlatHub(held, resolutions: resolutions)
        var found: [String] = []
        if restored == 0 {
            // Nobody forgot anything, so that it is all that was ever said.
            flat = FlatHub(history, resolutions: decided)
        }
        for hub in hubs { found += flat.differences(of: hub, under: policy) }
        found += refusals.map { "a hub refused what another passed on: \($0.detail)" }
        return found
    }
}

/// One hub that heard everything, by the law's own reading.
struct FlatHub {
    private let oracle: Oracle

    init(_ history: [Contribution], resolutions: [Resolution]) {
        // Of one statement with and without its text the text is what was said.
        let texts = history.filter { $0.statement != .erased }
        oracle = Oracle(texts + history, resolutions: resolutions)
    }

    /// In what `hub` differs.
    func differences(of hub: HubReplica, under policy: CollectionPolicy) -> [String] {
        var found: [String] = []
        let (own, all) = (hub.replica.contributions, oracle.newest)
        for key in Set(own.keys).union(all.keys).sorted() {
            switch (own[key], all[key]) {
            case (let mine?, let theirs?):
                if mine.version != theirs.version {
                    found.append("\(hub.name) has \(mine.version), not \(theirs.version), of \(key)")
                } else if mine.statement != expected(theirs) {
                    found.append("\(hub.name) has other contents of \(key)")
                }
            case (nil, _): found.append("\(hub.name) lacks \(key)")
            case (_, nil): found.append("\(hub.name) has \(key), which nobody said")
            }
        }
        if hub.replica.contributionsDigest != oracle.contributionsDigest {
            found.append("\(hub.name) has another digest of contributions")
        }
        if hub.replica.live != oracle.winners(under: policy) { found.append("\(hub.name) has other winners") }
        if hub.replica.winnersDigest != oracle.winnersDigest(under: policy) {
            found.append("\(hub.name) has another digest of winners")
        }
        return found
    }

    /// What a hub keeps of `contribution`.
    private func expected(_ contribution: Contribution) -> Contribution.Statement {
        guard let content = contribution.content else { return contribution.statement }
        let isErased =
            oracle.resolutions.patterns[contribution.id]?.erases ?? false
            || oracle.resolutions.contents[Histories.contentDigest(content.payload)]?.erases ?? false
        return isErased ? .erased : contribution.statement
    }
}
