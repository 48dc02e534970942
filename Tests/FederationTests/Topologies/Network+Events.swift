import Digest
import Federation
import TestSupport

extension Network {
    /// What may happen beside links doing their work.
    private enum Event: CaseIterable {
        case decision, restart, backup, restoration, loss, move, lateDelivery, cut, mend, offer
    }

    /// Lets things happen; with `isHarmless` nodes learn and links work, and nothing else.
    mutating func run(events: Int, isHarmless: Bool = false) throws {
        for _ in 0..<events {
            switch Int.random(in: 0..<20, using: &generator) {
            case 0..<5: learn(isHarmless: isHarmless)
            case 5..<17:
                let link = Int.random(in: links.indices, using: &generator)
                try step(link, isHarmless: isHarmless)
            default:
                guard let event = Event.allCases.randomElement(using: &generator) else { continue }
                if !isHarmless { happen(event) }
            }
        }
    }

    private mutating func learn(isHarmless: Bool) {
        let spoke = Int.random(in: spokes.indices, using: &generator)
        let isCloned = !isHarmless && Int.random(in: 0..<6, using: &generator) == 0
        let time = now()
        let id = spokes[spoke].learn(patterns: Network.patterns, now: time, isCloned: isCloned, using: &generator)
        for hub in spokes[spoke].hubs where isHarmless || Int.random(in: 0..<5, using: &generator) > 0 {
            offer(spoke, to: hub, [id])
        }
    }

    private mutating func happen(_ event: Event) {
        let hub = randomHub()
        let spoke = Int.random(in: spokes.indices, using: &generator)
        let link = Int.random(in: links.indices, using: &generator)
        switch event {
        case .decision: decide(at: hub)
        case .restart: restart(hub)
        case .backup: backups[hub] = hubs[hub]
        case .restoration: restore(hub, from: backups[hub])
        case .loss:
            guard Int.random(in: 0..<3, using: &generator) == 0 else { return }
            let empty = HubReplica(number: hub, name: hubs[hub].name, epoch: 0, policy: policy, flaw: flaw)
            restore(hub, from: empty)
        case .move:
            let places = spokes[spoke].hubs
            if let old = places.randomElement(using: &generator), !places.contains(hub) {
                spokes[spoke].move(from: old, to: hub)
                hubs[hub].enrol(spokes[spoke].name)
                offer(spoke, to: hub)
            }
        case .lateDelivery: deliverLate()
        case .cut: links[link].isCut = true
        case .mend: links[link].isCut = false
        case .offer:
            for place in spokes[spoke].hubs { offer(spoke, to: place) }
        }
    }

    /// What a hub's process knew is gone.
    private mutating func restart(_ hub: Int) {
        for index in links.indices where links[index].hub == hub { links[index].session = nil }
    }

    /// The hub becomes what it was; what was under way from it and to it ended with its process.
    private mutating func restore(_ hub: Int, from backup: HubReplica) {
        restart(hub)
        late.removeAll { $0.from == hub || $0.to == hub }
        hubs[hub] = backup
        hubs[hub].epoch = newEpoch()
        restored += 1
    }

    private mutating func deliverLate() {
        guard let index = late.indices.randomElement(using: &generator) else { return }
        let delivery = Int.random(in: 0..<4, using: &generator) == 0 ? late[index] : late.remove(at: index)
        deliver(delivery.lines, to: delivery.to, from: delivery.relay)
        hubs[delivery.to].take(delivery.resolutions)
    }

    private mutating func decide(at hub: Int) {
        let here = hubs[hub].replica.contributions.values.sorted { $0.key < $1.key }
        guard var resolution = Histories.resolutions(about: here, count: 1, using: &generator).first,
            !erased.contains(resolution.subject)
        else { return }
        let time = now()
        resolution.origin = hubs[hub].name
        resolution.revision = time.microseconds
        resolution.decidedAt = time
        if resolution.retracts, Int.random(in: 0..<3, using: &generator) == 0 {
            resolution.erases = true
            erased.insert(resolution.subject)
        }
        decided.append(resolution)
        hubs[hub].take([resolution])
    }

    /// Everything talks to everything once more, without harm, until nobody has anything to say; returns what all hubs
    /// together held before, or heard meanwhile from who said it.
    ///
    /// With `isOffering` nodes say once more what they have to say, which a clone may say otherwise than its twin.
    mutating func heal(isOffering: Bool = true) throws -> (contributions: [Contribution], resolutions: [Resolution]) {
        late = []
        for index in links.indices { links[index].isCut = false }
        var held = hubs.flatMap { $0.replica.contributions.values }
        let resolutions = hubs.flatMap { $0.replica.resolutions }
        let before = history.count
        for spoke in spokes.indices where isOffering {
            for hub in spokes[spoke].hubs { offer(spoke, to: hub) }
        }
        held += history.suffix(history.count - before)
        for _ in 0..<hubs.count + 2 {
            for index in links.indices {
                links[index].session = nil
                // Bounded: a link that never comes to an end is a mistake of its own.
                for _ in 0..<1_000 where try step(index, isHarmless: true) {}
            }
        }
        return (held, resolutions)
    }
}
