package import Federation
package import Replication

/// The states of one machine, open: its own, which is that of the preferred hub too, and one for each further hub.
package final class SpokeStates {
    private let home: SpokeState
    private let further: [SpokeState]
    private let peers: [SpokeState]

    /// Opens the states in `folder` of these hubs, or makes new ones; see ``StateFolder/open(at:notice:)``.
    package init(
        _ folder: StateFolder,
        hubs: [HubSettings],
        peers: [HubSettings],
        at now: Timestamp,
        notice: (String) -> Void
    ) throws {
        var hasLost = false
        func open(_ hub: HubSettings) throws -> SpokeState {
            try folder.openFurther(StateFolder.name(of: hub.endpoint), at: now) {
                hasLost = true
                notice($0)
            }
        }
        home = try folder.open(at: now, notice: notice)
        further = try hubs.dropFirst().map(open)
        self.peers = try peers.map(open)
        if !further.isEmpty || !peers.isEmpty {
            for state in [home] + further + self.peers { state.hasOtherHubs = true }
        }
        // Sinks follow one state, whichever hubs are shown, and so they do as long as there are several.
        if !further.isEmpty || !self.peers.isEmpty {
            home.shown = try folder.openFurther(StateFolder.shownName, at: now) {
                hasLost = true
                notice($0)
            }
        }
        // What is shown of a state that fills again is counted anew.
        if hasLost { try home.noteShownAnew() }
    }

    /// Opens the states in `folder` of these hubs to look ahead: what is written to them is kept nowhere, a spoke may run on
    /// them meanwhile, and where there is none yet, an empty one is taken.
    package init(rehearsing folder: StateFolder, hubs: [HubSettings], peers: [HubSettings]) throws {
        func open(_ folder: StateFolder) throws -> SpokeState {
            let state = folder.exists ? try folder.openAlone() : try StateFolder.inMemory()
            try state.rehearse()
            return state
        }
        func open(_ hub: HubSettings) throws -> SpokeState {
            try open(folder.further(StateFolder.name(of: hub.endpoint)))
        }
        home = try open(folder)
        further = try hubs.dropFirst().map(open)
        self.peers = try peers.map(open)
        let shown = folder.further(StateFolder.shownName)
        if !further.isEmpty || !self.peers.isEmpty, shown.exists { home.shown = try open(shown) }
    }

    /// Lets what was refused be sent once more.
    package func releaseRefused() throws {
        for state in [home] + further { try state.releaseRefused() }
    }

    /// The hubs as a round or a loop works with them; `clients` are those of `hubs` and `peers`, in this order.
    package func hubSet(
        _ settings: SpokeSettings,
        hubs: [HubSettings],
        peers: [HubSettings],
        clients: [HubClient],
        progress: @escaping (String) -> Void
    ) throws -> HubSet {
        let states = [home] + further
        var links: [HubLink] = []
        for (index, hub) in (hubs + peers).enumerated() {
            var own = settings
            own.endpoint = hub.endpoint
            own.node = hub.node
            let isPeer = index >= hubs.count
            let agent = SpokeAgent(
                settings: own,
                state: isPeer ? self.peers[index - hubs.count] : states[index],
                client: clients[index],
                home: home,
                siblings: isPeer ? [] : states.enumerated().filter { $0.offset != index }.map(\.element),
                rank: isPeer ? 0 : index,
                progress: progress
            )
            let name = index == 0 ? StateFolder.ownName : StateFolder.name(of: hub.endpoint)
            links.append(HubLink(agent: agent, client: clients[index], name: name))
        }
        return try HubSet(
            first: links[0],
            further: Array(links[1..<hubs.count]),
            peers: Array(links[hubs.count...]),
            home: home
        )
    }
}
