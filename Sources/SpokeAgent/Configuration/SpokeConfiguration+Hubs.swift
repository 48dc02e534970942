internal import JSON
internal import Replication

extension SpokeConfiguration {
    /// The hubs in the order of preference, at least one, and the peers that are only pulled; throws ``SpokeError`` where
    /// they do not go together.
    package func allHubs() throws(SpokeError) -> (hubs: [HubSettings], peers: [HubSettings]) {
        let (hubs, peers) = (try hubs(), try peers())
        guard hubs.count + peers.count <= FailoverLimits.hubs else {
            throw SpokeError(
                .configuration,
                "\(hubs.count + peers.count) hubs are set, and \(FailoverLimits.hubs) are the most; take some out of"
                    + " '\(Setting.hubs.rawValue)' and '\(Setting.pullFrom.rawValue)'"
            )
        }
        if let other = hubs.first(where: { $0.node != hubs[0].node }) {
            throw SpokeError(
                .configuration,
                "this machine is \(hubs[0].node) at \(hubs[0].endpoint) and \(other.node) at \(other.endpoint): what it"
                    + " says has to have one author. Have it enrolled under one name, with: tributary-hub node add"
                    + " \(hubs[0].node) --incarnation N, where N is what 'tributary-spoke status' shows"
            )
        }
        let names = (hubs + peers).map { $0.endpoint.text }
        if let twice = names.first(where: { name in names.filter { $0 == name }.count > 1 }) {
            throw SpokeError(
                .configuration,
                "\(twice) is both in '\(Setting.hubs.rawValue)' and in '\(Setting.pullFrom.rawValue)'; a hub that is"
                    + " worked with need not be pulled besides"
            )
        }
        return (hubs, peers)
    }

    /// The hubs that are only pulled; throws ``SpokeError`` where one lacks something.
    private func peers() throws(SpokeError) -> [HubSettings] {
        try list(of: .pullFrom)
    }

    /// When a running spoke leaves the network alone.
    package var pause: PauseSettings {
        let value = entries[.pause]?.value
        var pause = PauseSettings(
            isMeteredPaused: value?.member("metered") == .boolean(true),
            meteredCommand: value?.member("meteredCommand")?.stringValue
        )
        if case .integer(let percent) = value?.member("batteryBelow") { pause.batteryBelow = Int(percent) }
        return pause
    }
}
