package import Replication

/// The hubs of one machine: one in use, others in its place while it is away, and peers that are only read.
package final class HubSet {
    /// In the order of preference, at least one.
    let hubs: [HubLink]
    /// Only read, whichever hub is in use.
    package let peers: [HubLink]
    private(set) var rotation: HubRotation
    private let home: SpokeState

    /// The hubs `hubs` in the order of preference, at least one, and peers; `home` is the machine's own state.
    ///
    /// Takes up where the last program ended: where it worked with another hub than the first, so does this one.
    package init(first: HubLink, further: [HubLink] = [], peers: [HubLink] = [], home: SpokeState) throws {
        hubs = [first] + further
        self.peers = peers
        self.home = home
        let names = try home.shownNames()
        let current = hubs.firstIndex { $0.name == names.first } ?? 0
        rotation = HubRotation(count: hubs.count, current: current)
        try show()
    }

    /// The hub in use.
    package var link: HubLink { hubs[rotation.current] }

    /// Makes one round with the most preferred hub that is not away, and pulls the peers.
    ///
    /// One that refuses this node is not away: that does not pass by itself, so it is told and not gone around.
    package func round(_ kind: RoundReport.Kind, in environment: RunEnvironment) throws -> RoundReport {
        try useAnswering(environment)
        var report = link.agent.round(kind)
        if let replaced {
            report.notes.append("\(replaced) did not answer; \(link.agent.settings.endpoint) took its place")
        }
        for peer in kind == .push || environment.shouldStop() ? [] : peers {
            let pulled = peer.agent.round(.pull)
            if pulled.isChange || pulled.status != .ok { report.notes.append("\(pulled.endpoint): \(pulled.line)") }
            if pulled.status != .ok { report.isPartial = true }
        }
        return report
    }

    /// Calls `body` with what the next push would send, to the hub it would be made with, and what it would hold back; sends
    /// nothing, and writes nothing.
    package func preview(
        in environment: RunEnvironment,
        _ body: (PreviewItem) throws -> Void
    ) throws -> PreviewReport {
        try useAnswering(environment)
        var report = try link.agent.preview(body)
        if let replaced {
            report.notes.append("\(replaced) does not answer; this is for \(link.agent.settings.endpoint)")
        }
        return report
    }

    /// Works with the most preferred hub that is not away, if any.
    private func useAnswering(_ environment: RunEnvironment) throws {
        guard hubs.count > 1, let answering = hubs.indices.first(where: { !hubs[$0].isAway() }) else { return }
        if answering != rotation.current { try use(answering, at: environment) }
    }

    /// The hubs in whose place the one in use is; `nil` where it is the preferred one.
    private var replaced: String? {
        guard rotation.current > 0 else { return nil }
        return hubs[rotation.preferred].map(\.agent.settings.endpoint.text).joined(separator: ", ")
    }

    /// Notes what became of a round with the hub in use; returns the line to be said where another one took its place.
    package func settle(_ status: ExitStatus?, at environment: RunEnvironment) throws -> String? {
        guard let status, status == .unreachable || status == .overloaded else {
            rotation.succeed()
            return nil
        }
        guard rotation.fail(at: environment.elapsed()) else { return nil }
        let away = link
        for index in rotation.alternatives where hubs[index].answers() {
            try use(index, at: environment)
            if index > 0 { lookedInVain(environment) }
            return "\(away.agent.settings.endpoint) is \(status.name); working with"
                + " \(link.agent.settings.endpoint) until a preferred hub answers"
        }
        return nil
    }

    /// Looks, where it is time to, whether a preferred hub answers; returns the line to be said where one does.
    func returnToPreferred(_ environment: RunEnvironment) throws -> String? {
        guard rotation.isLookDue(at: environment.elapsed()) else { return nil }
        for index in rotation.preferred where hubs[index].answers() {
            try use(index, at: environment)
            return "\(link.agent.settings.endpoint) answers again and is preferred; working with it"
        }
        lookedInVain(environment)
        return nil
    }

    /// Ends, where it is time to, that more is shown than the hub in use has; returns whether that changed what is shown.
    func endGrace(_ environment: RunEnvironment) throws -> Bool {
        guard rotation.endGrace(at: environment.elapsed()) else { return false }
        try show()
        return true
    }

    private func lookedInVain(_ environment: RunEnvironment) {
        rotation.lookedInVain(at: environment.elapsed(), chance: environment.chance())
    }

    private func use(_ index: Int, at environment: RunEnvironment) throws {
        rotation.use(index, at: environment.elapsed())
        link.agent.resume()
        try show()
    }

    private func show() throws {
        let shown = rotation.shown.map { hubs[$0] } + peers
        try home.show(shown.map { ($0.name, $0.agent.state) })
    }
}
