package import Replication

/// A hub as a running spoke works with it.
package struct HubLink {
    package let agent: SpokeAgent
    package let client: HubClient
    /// The name of its state, which lasts.
    package let name: String

    package init(agent: SpokeAgent, client: HubClient, name: String = StateFolder.ownName) {
        self.agent = agent
        self.client = client
        self.name = name
    }

    /// Whether the hub answers now, as this node; asks once.
    func answers() -> Bool { status() == .ok }

    /// Whether the hub cannot be reached now, or has no time, so that another one may take its place; asks once.
    func isAway() -> Bool {
        let status = status()
        return status == .unreachable || status == .overloaded
    }

    private func status() -> ExitStatus {
        do {
            _ = try client.manifest(unless: agent.heldEntityTag())
            return .ok
        } catch { return ExitStatus(error) }
    }
}
